import { expect, test } from 'hairpin';
import { cni } from 'hairpin/plugins';
import { addNode, HOST_LOCAL } from '../node.ts';

// ns1 ─ eth0 (macvlan, by CNI) ── up0 (host) ── p0 (sw)
//
// Not a spec of its own: kill.spec.ts runs it in a vitest of its own and kills that.
test('stays attached until it is killed', { timeout: 60_000 }, async ({ lab }) => {
  const { host, gateway } = addNode(lab);
  const ns1 = lab.namespace('ns1');
  await cni(host, { name: 'lan', plugins: [{ type: 'macvlan', master: 'up0', ipam: HOST_LOCAL }] }).add(ns1);
  await expect(ns1).toReach(gateway);
  const sleep = ns1.exec('sleep', ['1000']);
  process.stdout.write(`READY ${process.pid}\n`);
  await sleep;
});
