import { existsSync } from 'node:fs';
import { describe, expect, type Interface, test } from 'hairpin';
import { ifupdown } from 'hairpin/plugins';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';
import { ipAddresses, ipLink } from '../lab/referee.ts';
import { addNode } from './node.ts';

const macvlan = (name: string, mode: string, ns: string, host: number) => `
iface ${name} inet manual
  pre-up ip link add ${name} link up0 type macvlan mode ${mode}
  up ip link set ${name} netns ${ns}
  up nsenter --net=${ns} ip address add 10.0.0.${host}/24 dev ${name}
  up nsenter --net=${ns} ip address add fd00::${host.toString(16)}/64 dev ${name} nodad
  up nsenter --net=${ns} ip link set ${name} up
`;

// ns1 ─ mv1 (macvlan, by ifup) ┐
//                              ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ mv2 (macvlan, by ifup) ┘                         └─ neighbour
describe.skipIf(!findProgram('ifup'))('needs ifupdown', () => {
  const two = (['bridge', 'private', 'vepa'] as const).flatMap((mode) =>
    [false, true].map((hairpin) => ({ mode, hairpin })),
  );
  test.for(two)('a pair in mode $mode, hairpin $hairpin, is as the model says', async ({ mode, hairpin }, { lab }) => {
    const { host, uplink, gateway, neighbour } = addNode(lab, { hairpin });
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const text = macvlan('mv1', mode, ns1.path, 101) + macvlan('mv2', mode, ns2.path, 102);
    expect(await ifupdown(host, text).up(['mv1', 'mv2'])).toEqual([]);
    expect((await ipLink(ns1, 'mv1')).linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode } });
    await expect({ ns1, ns2, uplink, gateway, neighbour }).toBehaveAs(mode, { hairpin });
  });

  // host: mv1 (macvlan, by ifup) on up0 ── p0 (sw) ─ gateway, neighbour
  test('up and down leave what the file says, on the node alone', async ({ lab }) => {
    const { host, uplink, gateway } = addNode(lab);
    const net = ifupdown(
      host,
      `iface mv1 inet static
         address 10.0.0.101/24
         hwaddress ether 02:00:00:00:01:01
         mtu 1400
         pre-up ip link add mv1 link up0 type macvlan mode bridge
         post-down ip link del mv1`,
    );
    const [mv1] = (await net.up(['mv1'])) as [Interface];
    expect(mv1).toMatchObject({ kind: 'macvlan', parent: uplink, mode: 'bridge', mac: '02:00:00:00:01:01' });
    expect(await ipLink(host, 'mv1')).toMatchObject({ mtu: 1400, address: '02:00:00:00:01:01' });
    expect(await ipAddresses(host, 'mv1')).toEqual(['10.0.0.101/24']);
    await expect(host).toReach(gateway, { from: mv1, through: [mv1, uplink] });
    expect(existsSync('/run/network/ifstate.mv1')).toBe(false);
    await net.down(['mv1']);
    expect(mv1.deleted).toBe(true);
  });

  test('what fails is in the failure', async ({ lab }) => {
    const { host } = addNode(lab);
    const net = ifupdown(host, 'iface mv1 inet manual\n  pre-up ip link add mv1 link nowhere type macvlan\n');
    await expect(net.up(['mv1'])).rejects.toThrow(/^ifup mv1 on host: exit code 1\n.*nowhere/s);
    await expect(net.up(['mv2'])).rejects.toThrow(/^ifup mv2 on host: exit code 1\n.*unknown interface mv2/is);
  });
});
