import { expect, test } from 'hairpin';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, each with programs, again and again
// ns2 ─ m2 ┘
//
// Not a spec of its own: chaos.spec.ts runs it in a vitest of its own, and kills what it finds there.
test.for(Array.from({ length: 30 }, (_, round) => round))('round %d', async (_, { macvlanPair }) => {
  const { ns1, ns2, gateway } = macvlanPair({ mode: 'bridge' });
  const server = await gateway.daemon('sh', ['-c', 'echo ready; while :; do sleep 1; done'], {
    ready: { log: /ready/ },
  });
  const program = ns2.exec('sleep', ['1000'], { reject: false });
  await ns1.exec('setsid', ['-f', 'sleep', '1001'], { stdio: 'ignore' });
  await expect(ns1).toReach(ns2);
  await expect(ns1).toReach(gateway);
  await expect(ns1).not.toReach('10.0.0.99', { because: 'lost' });
  program.kill();
  await program;
  await server.stop();
});
