import { expect, test } from 'hairpin';
import { cni, findFrr, findNetworkd, findNetworkManager, frr, networkd, networkManager } from 'hairpin/plugins';
import { address, keyfile } from '../keyfile.ts';
import { addNode, HOST_LOCAL } from '../node.ts';

// ns1 ─ eth0 (macvlan, by CNI) ── up0 (host: systemd-networkd) ── p0 (sw) ── gateway: FRR, NetworkManager
//
// Not a spec of its own: kill.spec.ts runs it in a vitest of its own and kills that.
test('stays attached until it is killed', { timeout: 60_000 }, async ({ lab }) => {
  const { host, gateway } = addNode(lab);
  const ns1 = lab.namespace('ns1');
  await cni(host, { name: 'lan', plugins: [{ type: 'macvlan', master: 'up0', ipam: HOST_LOCAL }] }).add(ns1);
  await expect(ns1).toReach(gateway);
  if (findNetworkd()) {
    const up0 = '[Match]\nName=up0\n[Network]\nAddress=10.0.0.18/24\nLinkLocalAddressing=no\n';
    await networkd(host, { 'up0.network': up0 }).configured(['up0']);
  }
  if (findFrr()) await frr(gateway, { daemons: ['ospfd'], config: 'router ospf' });
  if (findNetworkManager()) await networkManager(gateway, keyfile('br0', 'bridge', { ipv4: address('10.9.0.1/24') }));
  const sleep = ns1.exec('sleep', ['1000']);
  process.stdout.write(`READY ${process.pid}\n`);
  await sleep;
});
