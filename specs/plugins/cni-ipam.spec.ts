import { describe, expect, test } from 'hairpin';
import { CniError, cni, findCniPlugin } from 'hairpin/plugins';
import { ipAddresses, ipRoutes } from '../lab/referee.ts';
import { addNode } from './node.ts';

const macvlan = (ipam: Record<string, unknown>) => ({
  name: 'lan',
  plugins: [{ type: 'macvlan', master: 'up0', mode: 'bridge', ipam }],
});
const TWO_ADDRESSES = { type: 'host-local', subnet: '10.0.0.0/24', rangeStart: '10.0.0.101', rangeEnd: '10.0.0.102' };

// ns1, ns2, ns3 ─ eth0 (macvlan, by CNI) ── up0 (host) ── p0 (sw) ─┬─ gateway
//                                                                  └─ neighbour
describe.skipIf(!findCniPlugin('macvlan'))('needs the CNI plugins (containernetworking-plugins)', () => {
  test('host-local gives an address once, and again when it is free', async ({ lab }) => {
    const { host } = addNode(lab);
    const [ns1, ns2, ns3] = [lab.namespace('ns1'), lab.namespace('ns2'), lab.namespace('ns3')];
    const net = cni(host, macvlan(TWO_ADDRESSES));
    await net.add(ns1);
    await net.add(ns2);
    await expect(net.add(ns3)).rejects.toThrow(
      'cni ADD lan, plugin macvlan, ns3/eth0: failed to allocate for range 0: no IP addresses available in range set',
    );
    expect(ns3.interfaces).toEqual([]);
    await net.del(ns1);
    await net.add(ns3);
    expect(await ipAddresses(ns3, 'eth0')).toEqual(['10.0.0.101/24']);
    await expect(ns3).toReach(ns2);
  });

  test('two networks of a name share their leases on one node, and on two nodes do not', async ({ lab }) => {
    const { host, switch: sw } = addNode(lab);
    const node2 = lab.namespace('node2');
    lab.cable(node2, sw, { a: { name: 'up0' } });
    const [ns1, ns2, ns3] = [lab.namespace('ns1'), lab.namespace('ns2'), lab.namespace('ns3')];
    const [one, again, elsewhere] = [host, host, node2].map((node) => cni(node, macvlan(TWO_ADDRESSES)));
    expect((await one?.add(ns1))?.ips[0]?.address).toBe('10.0.0.101/24');
    expect((await again?.add(ns2))?.ips[0]?.address).toBe('10.0.0.102/24');
    expect((await elsewhere?.add(ns3))?.ips[0]?.address).toBe('10.0.0.101/24');
  });

  test('static gives what it is told, routes and the address of CNI_ARGS too', async ({ lab }) => {
    const { host, gateway, neighbour } = addNode(lab);
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const routes = [{ dst: '0.0.0.0/0', gw: '10.0.0.2' }];
    const net = cni(host, macvlan({ type: 'static', addresses: [{ address: '10.0.0.50/24' }], routes }));
    const result = await net.add(ns1);
    expect(result.routes).toEqual([{ to: '0.0.0.0/0', via: '10.0.0.2' }]);
    expect(await ipRoutes(ns1)).toMatchObject([{ dst: 'default', gateway: '10.0.0.2' }]);
    await expect(neighbour).toReach(ns1);
    await cni(host, macvlan({ type: 'static' })).add(ns2, { args: { IP: '10.0.0.60/24' } });
    expect(await ipAddresses(ns2, 'eth0')).toEqual(['10.0.0.60/24']);
    await expect(gateway).toReach('10.0.0.60');
  });

  test('the lab gives nobody an address that a plugin gave', async ({ lab }) => {
    const { host, switch: sw } = addNode(lab);
    await cni(host, macvlan({ type: 'static', addresses: [{ address: '10.0.0.4/24' }] })).add(lab.namespace('ns1'));
    const { a: late } = lab.cable(lab.namespace('late'), sw);
    expect(late.address.first(4)?.address).toBe('10.0.0.5');
  });

  // lo and eth0 (macvlan) of ns1, by three plugins in a row
  test('plugins in a row are each given the result of the one before, and undone in reverse', async ({ lab }) => {
    const { host, gateway } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    const [first] = macvlan(TWO_ADDRESSES).plugins;
    const tuning = { type: 'tuning', sysctl: { 'net.ipv4.conf.eth0.arp_ignore': '1' }, promisc: true };
    const net = cni(host, { name: 'row', plugins: [first, tuning].filter((plugin) => plugin !== undefined) });
    const { device } = await net.add(ns1);
    expect((await ns1.exec('cat', ['/proc/sys/net/ipv4/conf/eth0/arp_ignore'])).stdout).toBe('1');
    expect(device.state().promiscuous).toBe(true);
    await expect(ns1).toReach(gateway);
    await net.check(ns1);
    device.set({ promiscuous: false });
    await expect(net.check(ns1)).rejects.toThrow('plugin tuning');
    await net.del(ns1);
    expect(ns1.interfaces).toEqual([]);
  });

  test('when a later plugin refuses, what the earlier ones did is undone', async ({ lab }) => {
    const { host } = addNode(lab);
    const ns1 = lab.namespace('ns1');
    const [first] = macvlan(TWO_ADDRESSES).plugins;
    const bad = { type: 'tuning', sysctl: { 'net.ipv4.conf.nowhere.arp_ignore': '1' } };
    const net = cni(host, { name: 'row', plugins: [first, bad].filter((plugin) => plugin !== undefined) });
    const failure = await net.add(ns1).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'CniError', plugin: 'tuning', command: 'ADD' });
    expect(failure).toBeInstanceOf(CniError);
    expect((await ns1.exec('ip', ['-o', 'link'])).stdout.split('\n')).toHaveLength(1);
    // Both addresses are free again.
    const plain = cni(host, { ...macvlan(TWO_ADDRESSES), name: 'row' });
    await plain.add(ns1);
    await plain.add(lab.namespace('ns2'));
  });

  test('ipvlan in mode l2: both children have the MAC address of their parent', async ({ lab, skip }) => {
    const { host, uplink, gateway } = addNode(lab);
    const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
    const net = cni(host, {
      name: 'ipv',
      plugins: [{ type: 'ipvlan', master: 'up0', mode: 'l2', ipam: TWO_ADDRESSES }],
    });
    const failure = await net.add(ns1).catch((error: unknown) => error);
    if (failure instanceof CniError && failure.msg?.includes('operation not supported')) skip('needs CONFIG_IPVLAN');
    await net.add(ns2);
    expect(ns1.interface('eth0')).toMatchObject({ kind: 'ipvlan', mac: uplink.mac });
    await expect(ns1).toReach(gateway);
    await expect(ns1).toReach(ns2);
  });
});
