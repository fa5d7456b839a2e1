import { describe, expect, test } from 'hairpin';
import { findNetavark, NetavarkError, netavark } from 'hairpin/plugins';
import { ipLink, ipRoutes } from '../lab/referee.ts';
import { addNode } from './node.ts';

const lan = (options: Record<string, string> = {}) => ({
  name: 'lan',
  driver: 'macvlan' as const,
  network_interface: 'up0',
  subnets: [{ subnet: '10.0.0.0/24', gateway: '10.0.0.2' }, { subnet: 'fd00::/64' }],
  options,
});

// ns1 ─ eth0 (macvlan, by netavark) ┐
//                                   ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ eth0 (macvlan, by netavark) ┘                         └─ neighbour
describe.skipIf(!findNetavark())('needs netavark', () => {
  const two = (['bridge', 'private', 'vepa'] as const).flatMap((mode) =>
    [false, true].map((hairpin) => ({ mode, hairpin })),
  );
  test.for(two)('a pair in mode $mode, hairpin $hairpin, is as the model says', async ({ mode, hairpin }, { lab }) => {
    const { host, uplink, gateway, neighbour } = addNode(lab, { hairpin });
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const network = netavark(host, lan({ mode }));
    await network.setup(ns1, { static_ips: ['10.0.0.101', 'fd00::65'] });
    await network.setup(ns2, { static_ips: ['10.0.0.102', 'fd00::66'] });
    expect((await ipLink(ns1, 'eth0')).linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode } });
    await expect({ ns1, ns2, uplink, gateway, neighbour }).toBehaveAs(mode, { hairpin });
  });

  test('passthru is as the model says', async ({ lab }) => {
    const { host, uplink, gateway, neighbour } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    await netavark(host, lan({ mode: 'passthru' })).setup(ns1, { static_ips: ['10.0.0.101', 'fd00::65'] });
    await expect({ ns1, uplink, gateway, neighbour }).toBehaveAs('passthru');
  });

  test('mtu, mac, the name and the default route are what it was told', async ({ lab }) => {
    const { host, uplink, gateway } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    const network = netavark(host, lan({ mtu: '1400' }));
    const attachment = {
      static_ips: ['10.0.0.101', 'fd00::65'],
      interface_name: 'lan0',
      static_mac: '02:00:00:00:01:01',
    };
    const { device, json } = await network.setup(ns1, attachment);
    expect(await ipLink(ns1, 'lan0')).toMatchObject({ mtu: 1400, address: '02:00:00:00:01:01' });
    expect(device).toMatchObject({ name: 'lan0', kind: 'macvlan', parent: uplink, mode: 'bridge' });
    expect(json).toMatchObject({ lan: { interfaces: { lan0: { mac_address: '02:00:00:00:01:01' } } } });
    expect(await ipRoutes(ns1)).toMatchObject([{ dst: 'default', gateway: '10.0.0.2' }]);
    await expect(ns1).toReach(gateway);
    await network.teardown(ns1);
    expect((await ns1.exec('ip', ['-o', 'link'])).stdout.split('\n')).toHaveLength(1);
    expect(device.deleted).toBe(true);
  });

  // ns1, ns2 ─ eth0 ── veth… ── podman0 (host, by netavark)
  test('its bridge joins containers', async ({ lab }) => {
    const [host, ns1, ns2] = [lab.namespace('host'), lab.namespace('ns1'), lab.namespace('ns2')];
    const subnets = [{ subnet: '10.88.0.0/16', gateway: '10.88.0.1' }];
    const network = netavark(host, { name: 'podman', driver: 'bridge', network_interface: 'podman0', subnets });
    const failure = await network.setup(ns1, { static_ips: ['10.88.0.2'] }).catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(NetavarkError);
    await network.setup(ns2, { static_ips: ['10.88.0.3'] });
    const [port1, port2] = [ns1.interface('eth0').peer, ns2.interface('eth0').peer];
    expect([port1, port2].every((port) => port?.isPort)).toBe(true);
    await expect(ns1).toReach(ns2, { through: [port1, port2].filter((port) => port !== undefined) });
    await expect(ns2).toReach(host.interface('podman0'));
  });

  test('what it refuses is said in its own words', async ({ lab }) => {
    const { host } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    const refused = (network: Parameters<typeof netavark>[1]) =>
      expect(netavark(host, network).setup(ns1, { static_ips: ['10.0.0.101', 'fd00::65'] })).rejects;
    await refused(lan({ mode: 'brdige' })).toThrow(
      new NetavarkError('netavark setup lan, ns1: invalid macvlan mode "brdige"'),
    );
    await refused({ ...lan(), network_interface: 'nowhere' }).toThrow(
      'netavark setup lan, ns1: Netlink error: No such',
    );
    await expect(netavark(host, lan()).setup(ns1, { static_ips: ['10.0.0.101'] })).rejects.toThrow(
      'netavark lan: setup: static_ips must be a list with an address of each subnet, in the order of 10.0.0.0/24, ' +
        "fd00::/64: received ['10.0.0.101']",
    );
    await expect(netavark(host, lan()).teardown(ns1)).rejects.toThrow(
      'netavark lan: teardown: a Namespace ns1 is not attached: set it up first',
    );
  });
});
