import { expect, type Lab, type Namespace, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

/** A UDP server at port 4000 of all addresses, ready when this returns. The kernel chooses what it answers from. */
async function answerAt(namespace: Namespace): Promise<void> {
  const script = `const s = require('dgram').createSocket('udp4');
    s.on('message', (m, from) => s.send(m, from.port, from.address)).bind(4000, '0.0.0.0', () => console.log('ready'))`;
  await namespace.daemon(process.execPath, ['-e', script], { ready: { log: 'ready' } });
}

// a ── b, which answers from 10.0.0.22 when 10.0.0.2 is asked
test('a UDP answer from another address of the target is neither an answer nor silence', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  b.interface().address.add('10.0.0.22/24');
  await answerAt(b);
  const asked = { by: 'udp', port: 4000 } as const;
  await expect(a).toReach(b, asked);
  b.route.add({ to: '10.0.0.1/32', dev: b.interface(), src: '10.0.0.22' });
  const negative = await failureOf(expect(a).not.toReach(b, asked));
  expect(negative).toMatch(
    /^Received: {2}inconclusive: none \(an answer came from 10\.0\.0\.22, but 10\.0\.0\.2 was asked, so no connected socket takes it; \d+ probes?\)$/m,
  );
  expect(negative).toContain(
    "\nHint: let the target answer from the address that was asked (ip route get, src), or ask 10.0.0.22; say { because: 'lost' } if that is the point",
  );
  await expect(a).not.toReach(b, { ...asked, because: 'lost' });
  const positive = await failureOf(expect(a).toReach(b, { ...asked, within: 100 }));
  expect(positive).toMatch(/^Received: {2}none \(an answer came from 10\.0\.0\.22, but 10\.0\.0\.2 was asked, /m);
  await expect(a).toReach('10.0.0.22', asked);
});

// a ── r ── b, and r gives b's answers another source address
async function build(lab: Lab): Promise<Namespace[]> {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(b, r);
  await addRules(r, 'ip raw pre { type filter hook prerouting priority -300; }', [
    'notrack',
    'ip saddr 10.0.1.1 ip saddr set 10.0.1.77',
  ]);
  return [a, b];
}

test.for(['tcp', 'udp'] as const)('nor is one whose source a router has changed, by %s', async (by, { lab }) => {
  const [a, b] = await build(lab);
  const negative = await failureOf(expect(a as Namespace).not.toReach(b as Namespace, { by }));
  expect(negative).toContain('Received:  inconclusive: none (an answer came from 10.0.1.77, but 10.0.1.1 was asked, ');
  await expect(a as Namespace).not.toReach(b as Namespace, { by, because: 'lost' });
});

test('an echo counts from whatever address, as for ping', async ({ lab }) => {
  const [a, b] = (await build(lab)) as [Namespace, Namespace];
  const { stdout } = await a.exec('ping', ['-c', '1', '-W', '1', '10.0.1.1'], { reject: false });
  expect(stdout).toContain(' 1 received');
  await expect(a).toReach(b);
  expect(await failureOf(expect(a).not.toReach(b))).toMatch(
    /^Received: {2}an answer after [\d.]+ ms \(1 probe\), from 10\.0\.1\.77, though 10\.0\.1\.1 was asked$/m,
  );
});
