import { describe, expect, type Lab, type Namespace, type Port, test } from 'hairpin';
import { CniError, cni, findCniPlugin } from 'hairpin/plugins';
import { bridgeLink, ipLink } from '../lab/referee.ts';
import { failureOf } from '../matchers/failure-of.ts';

const SUBNETS = [[{ subnet: '10.9.0.0/24' }], [{ subnet: 'fd09::/64' }]];

/** The network, with a node and two containers for it. */
function pods(lab: Lab, more: Record<string, unknown> = {}) {
  const [host, pod1, pod2] = [lab.namespace('host'), lab.namespace('pod1'), lab.namespace('pod2')];
  const ipam = { type: 'host-local', ranges: SUBNETS };
  return { host, pod1, pod2, net: cni(host, { name: 'pods', plugins: [{ type: 'bridge', ipam, ...more }] }) };
}

/** A container's port of cni0. */
function portOf(pod: Namespace): Port {
  const { peer } = pod.interface('eth0');
  if (peer?.isPort) return peer as Port;
  throw new Error(`${pod}/eth0 leads to ${peer}, which is no port`);
}

// pod1 ─ eth0 ── veth… ┐
//                      ├─ cni0 (host, by CNI)
// pod2 ─ eth0 ── veth… ┘
describe.skipIf(!findCniPlugin('bridge'))('needs the CNI plugin bridge (containernetworking-plugins)', () => {
  test('its devices are interfaces of the lab: a bridge, its ports, their other ends', async ({ lab }) => {
    const { host, pod1, net } = pods(lab, { isGateway: true, mtu: 1400 });
    const { interfaces, ips } = await net.add(pod1);
    const [cni0, port, eth0] = [host.interface('cni0'), portOf(pod1), pod1.interface('eth0')];
    expect(interfaces.map(({ device }) => device)).toEqual([cni0, port, eth0]);
    expect(cni0).toMatchObject({ kind: 'bridge', ports: [port], mac: (await ipLink(host, 'cni0')).address });
    expect(port).toMatchObject({ kind: 'veth', peer: eth0, bridge: cni0 });
    expect(ips).toMatchObject([
      { address: '10.9.0.2/24', gateway: '10.9.0.1', device: eth0 },
      { address: 'fd09::2/64', gateway: 'fd09::1', device: eth0 },
    ]);
    expect(await ipLink(pod1, 'eth0')).toMatchObject({ mtu: 1400 });
    expect(await ipLink(host, port.name)).toMatchObject({ mtu: 1400, master: 'cni0' });
  });

  test('containers reach each other by its ports alone, and their gateway by it', async ({ lab }) => {
    const { host, pod1, pod2, net } = pods(lab, { isGateway: true });
    await net.add(pod1);
    await net.add(pod2);
    const cni0 = host.interface('cni0');
    await expect(pod1).toReach(pod2, { through: [portOf(pod1), portOf(pod2)], notThrough: cni0 });
    await expect(pod1).toReach(cni0, { through: [portOf(pod1), cni0], family: 6 });
    await expect(host).toReach(pod1, { through: [cni0, portOf(pod1)] });
  });

  test('what its port is told is what a failure says', async ({ lab }) => {
    const { pod1, pod2, net } = pods(lab);
    await net.add(pod1);
    await net.add(pod2);
    for (const pod of [pod1, pod2]) portOf(pod).set({ isolated: true });
    const [one, other] = [portOf(pod1), portOf(pod2)];
    expect(await failureOf(expect(pod1).toReach(pod2, { within: 50 }))).toContain(
      `${one} and ${other} are isolated: isolated ports do not talk to each other`,
    );
  });

  // pod1: ns1 ─ m1 (vepa) ┐
  //                       ├─ eth0 ── veth… ── cni0 (host) ── veth… ── pod2
  //       ns2 ─ m2 (vepa) ┘
  test.for([false, true])('with hairpinMode %s it is a VEPA switch, or none', async (hairpinMode, { lab }) => {
    const { host, pod1, pod2, net } = pods(lab, { hairpinMode, isGateway: true });
    await net.add(pod1);
    await net.add(pod2);
    expect(await bridgeLink(host, portOf(pod1).name)).toMatchObject({ hairpin: hairpinMode });
    const [ns1, ns2, uplink] = [lab.namespace('ns1'), lab.namespace('ns2'), pod1.interface('eth0')];
    ns1.macvlan({ parent: uplink, mode: 'vepa', address: ['10.9.0.101/24', 'fd09::65/64'] });
    ns2.macvlan({ parent: uplink, mode: 'vepa', address: ['10.9.0.102/24', 'fd09::66/64'] });
    const pair = { ns1, ns2, uplink, gateway: host.interface('cni0'), neighbour: pod2 };
    await expect(pair).toBehaveAs('vepa', { hairpin: hairpinMode });
  });

  test('with promiscMode the node sees what its containers say to each other', async ({ lab }) => {
    const { host, pod1, pod2, net } = pods(lab, { promiscMode: true });
    await net.add(pod1);
    await net.add(pod2);
    expect((await ipLink(host, 'cni0')).flags).toContain('PROMISC');
    const cni0 = host.interface('cni0');
    // A copy for the node is no part of the way from one to the other.
    const { frames } = await lab.trace(() => expect(pod1).toReach(pod2, { notThrough: cni0 }), { protocol: 'icmp' });
    expect(frames.some(({ at, direction }) => at === cni0 && direction === 'in')).toBe(true);
  });

  test('hairpinMode and promiscMode exclude each other, in the plugin’s words', async ({ lab }) => {
    const { pod1, net } = pods(lab, { hairpinMode: true, promiscMode: true });
    const failure = await net.add(pod1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CniError);
    expect(failure).toMatchObject({
      message:
        'cni ADD pods, plugin bridge, pod1/eth0: cannot set hairpin mode and promiscuous mode at the same time.\n' +
        '  code: 999 (internal error of the plugin)',
      code: 999,
      plugin: 'bridge',
    });
    expect(pod1.interfaces).toEqual([]);
  });

  test('macspoofchk drops what has another source address', async ({ lab, skip }) => {
    const { host, pod1, pod2, net } = pods(lab, { macspoofchk: true });
    const failure = await net.add(pod1).catch((error: unknown) => error);
    if (failure instanceof CniError) skip(`needs nftables of the bridge family: ${failure.msg}`);
    await net.add(pod2);
    await expect(pod1).toReach(pod2);
    expect((await host.exec('nft', ['list', 'ruleset'])).stdout).toContain(pod1.interface().mac);
    pod1.interface().set({ mac: '02:00:00:00:01:01' });
    await expect(pod1).not.toReach(pod2);
    await net.check(pod2);
  });
});
