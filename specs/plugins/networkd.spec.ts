import { describe, expect, type Interface, type Namespace, test } from 'hairpin';
import { findNetworkd, networkd } from 'hairpin/plugins';
import { ipAddresses, ipLink } from '../lab/referee.ts';
import { addNode } from './node.ts';

/** In a guest without KVM the daemon takes ten times as long. */
const SLOW = { within: 120_000 };

const netdev = (name: string, kind: string, settings: string) =>
  `[NetDev]\nName=${name}\nKind=${kind}\n[${kind.toUpperCase()}]\n${settings}\n`;
const network = (name: string, ...settings: string[]) => `[Match]\nName=${name}\n[Network]\n${settings.join('\n')}\n`;

/** As a container manager does with what networkd made: `ip link set dev … netns …`. */
async function moveTo(ns: Namespace, device: Interface, ...addresses: string[]): Promise<void> {
  const there = ns.path;
  await device.namespace.exec('ip', ['link', 'set', 'dev', device.name, 'netns', there]);
  const moved = ns.interface(device.name);
  moved.set({ up: true });
  for (const address of addresses) moved.address.add(address);
}

// ns1 ─ mv1 (macvlan, by networkd) ┐
//                                  ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ mv2 (macvlan, by networkd) ┘                         └─ neighbour
describe.skipIf(!findNetworkd())('needs systemd-networkd', () => {
  const two = (['bridge', 'private', 'vepa'] as const).flatMap((mode) =>
    [false, true].map((hairpin) => ({ mode, hairpin })),
  );
  test.for(two)('a pair in Mode=$mode, hairpin $hairpin, is as the model says', async ({ mode, hairpin }, { lab }) => {
    const { host, uplink, gateway, neighbour } = addNode(lab, { hairpin });
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const own = ['Address=10.0.0.18/24', 'Address=fd00::12/64', 'LinkLocalAddressing=no'];
    const daemon = networkd(host, {
      '10-mv1.netdev': netdev('mv1', 'macvlan', `Mode=${mode}`),
      '10-mv2.netdev': netdev('mv2', 'macvlan', `Mode=${mode}`),
      '20-up0.network': network('up0', ...own, 'MACVLAN=mv1', 'MACVLAN=mv2', 'IPv6AcceptRA=no'),
      '20-mv.network': network('mv*', 'LinkLocalAddressing=no', 'IPv6AcceptRA=no'),
    });
    const [mv1, mv2] = (await daemon.configured(['mv1', 'mv2', 'up0'], SLOW)) as [Interface, Interface, Interface];
    expect((await ipLink(host, 'mv1')).linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode } });
    await moveTo(ns1, mv1, '10.0.0.101/24', 'fd00::65/64');
    await moveTo(ns2, mv2, '10.0.0.102/24', 'fd00::66/64');
    await expect({ ns1, ns2, uplink, gateway, neighbour }).toBehaveAs(mode, { hairpin });
  });

  // host: mv1 (macvlan, by networkd) on up0 ── p0 (sw) ─ gateway, neighbour
  test('addresses, MTU and MAC address are what its files and their drop-ins say', async ({ lab }) => {
    const { host, uplink, gateway } = addNode(lab);
    const daemon = networkd(host, {
      '10-mv1.netdev': `[NetDev]\nName=mv1\nKind=macvlan\nMACAddress=02:00:00:00:01:01\n[MACVLAN]\nMode=bridge\n`,
      '10-mv1.netdev.d/mtu.conf': '[NetDev]\nMTUBytes=1400\n',
      '20-up0.network': network('up0', 'MACVLAN=mv1', 'LinkLocalAddressing=no'),
      '20-mv1.network': network('mv1', 'Address=10.0.0.101/24', 'LinkLocalAddressing=no'),
    });
    const [mv1] = await daemon.configured(['mv1', 'up0'], SLOW);
    expect(mv1).toMatchObject({ kind: 'macvlan', parent: uplink, mode: 'bridge', mac: '02:00:00:00:01:01' });
    expect(await ipLink(host, 'mv1')).toMatchObject({ mtu: 1400, address: '02:00:00:00:01:01' });
    expect(await ipAddresses(host, 'mv1')).toEqual(['10.0.0.101/24']);
    await expect(host).toReach(gateway, { from: mv1 as Interface, through: [mv1 as Interface, uplink] });
    expect(daemon.status('mv1')).toEqual({ state: 'configured', file: '20-mv1.network' });
    expect(daemon.status('mv9')).toEqual({ state: 'missing' });
    await daemon.stop();
    await expect(host).toReach(gateway, { from: mv1 as Interface });
  });

  test('a file that it does not understand is in the failure, in its own words', async ({ lab }) => {
    const { host } = addNode(lab);
    const daemon = networkd(host, {
      '10-mv1.netdev': netdev('mv1', 'macvlan', 'Mode=brdige'),
      '20-up0.network': network('up0', 'MACVLAN=mv9', 'LinkLocalAddressing=no'),
    });
    await expect.poll(() => daemon.log, { timeout: 120_000 }).toMatch(/^(?=.*brdige).*mv9/s);
    await expect(daemon.configured(['mv9'], { within: 50 })).rejects.toThrow(
      /^networkd on host: mv9 missing after 50 ms\n.*mv9/s,
    );
    expect(() => networkd(host, { 'up0.conf': '' })).toThrow(
      "networkd: files must be texts by names such as 10-up0.network, 10-mv1.netdev, 10-mv1.netdev.d/mode.conf or wg0.key: received 'up0.conf': ''",
    );
  });

  test('ipvlan, by an [IPVLAN] netdev', async ({ lab, skip }) => {
    const { host, uplink, gateway } = addNode(lab);
    const probe = await host.exec('ip', ['link', 'add', 'try0', 'link', 'up0', 'type', 'ipvlan'], { reject: false });
    skip(probe.exitCode !== 0, 'needs CONFIG_IPVLAN');
    await host.exec('ip', ['link', 'del', 'try0']);
    const daemon = networkd(host, {
      '10-iv1.netdev': netdev('iv1', 'ipvlan', 'Mode=L2'),
      '20-up0.network': network('up0', 'IPVLAN=iv1', 'LinkLocalAddressing=no'),
      '20-iv1.network': network('iv1', 'Address=10.0.0.101/24', 'LinkLocalAddressing=no'),
    });
    const [iv1] = await daemon.configured(['iv1', 'up0'], SLOW);
    expect(iv1).toMatchObject({ kind: 'ipvlan', mac: uplink.mac });
    await expect(host).toReach(gateway);
  });
});
