import {
  expect,
  type Interface,
  IPVLAN_FLAGS,
  IPVLAN_MODES,
  type Lab,
  type Namespace,
  supports,
  test,
  UsageError,
} from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipAddresses, ipLink, refusal } from './referee.ts';

interface Net {
  ns1: Namespace;
  ns2: Namespace;
  far: Namespace;
  up0: Interface;
}

// ns1 ─ i1 ┐
//          ├─ up0 (host) ── eth0 (far)
// ns2 ─ i2 ┘
function build(lab: Lab): Net {
  const [ns1, ns2, host, far] = [
    lab.namespace('ns1'),
    lab.namespace('ns2'),
    lab.namespace('host'),
    lab.namespace('far'),
  ];
  const { a: up0 } = lab.cable(host, far, { mtu: 1400, a: { name: 'up0' } });
  return { ns1, ns2, far, up0 };
}

const settings = async (namespace: Namespace, name: string) => {
  const {
    mode,
    vepa,
    private: isPrivate,
  } = (await ipLink(namespace, name)).linkinfo.info_data as Record<string, unknown>;
  return [mode, vepa ? 'vepa' : isPrivate ? 'private' : 'bridge'];
};

const cases = IPVLAN_MODES.flatMap((mode) => IPVLAN_FLAGS.map((flag) => [mode, flag] as const));

describeNeeding(['ipvlan'], () => {
  test.for(cases)('an ipvlan in mode %s, %s, is what iproute2 calls one', async ([mode, flag], { lab }) => {
    const { ns1, up0 } = build(lab);
    const i1 = ns1.ipvlan({ parent: up0, mode, flag, name: 'i1' });
    const link = await ipLink(ns1, 'i1');
    expect(link).toMatchObject({ ifindex: i1.index, link_index: up0.index, mtu: 1400, address: up0.mac });
    expect(link.linkinfo).toMatchObject({ info_kind: 'ipvlan' });
    expect(await settings(ns1, 'i1')).toEqual([mode, flag]);
    expect(await ipAddresses(ns1, 'i1')).toEqual(['10.0.0.3/24', 'fd00::3/64']);
    expect([i1.mode, i1.flag, i1.parent, i1.mac]).toEqual([mode, flag, up0, up0.mac]);
  });

  // ns1 ─ i1 ┐
  //          ├─ up0 (host) ── eth0 (far) ─ ipvlan0 (ns3)
  // ns2 ─ i2 ┘
  test('mode and flag change for all ipvlans of a parent', async ({ lab }) => {
    const { ns1, ns2, up0 } = build(lab);
    const i1 = ns1.ipvlan({ parent: up0, name: 'i1' });
    expect([i1.mode, i1.flag]).toEqual(['l3', 'bridge']);
    i1.set({ mode: 'l2', flag: 'private' });
    const i2 = ns2.ipvlan({ parent: up0, name: 'i2' });
    expect([await settings(ns1, 'i1'), await settings(ns2, 'i2')]).toEqual(Array(2).fill(['l2', 'private']));
    i2.set({ flag: 'vepa', mtu: 1300, promiscuous: true });
    expect([await settings(ns1, 'i1'), await settings(ns2, 'i2')]).toEqual(Array(2).fill(['l2', 'vepa']));
    expect(await ipLink(ns2, 'i2')).toMatchObject({ mtu: 1300, promiscuity: 1 });
    lab.namespace('ns3').ipvlan({ parent: up0, mode: 'l3s' });
    expect([i1.mode, i2.mode]).toEqual(['l3s', 'l3s']);
  });

  // At first: ns2 ─ i2 ─ (i1, ns1) ── up0 (host) ── eth0 (far): the kernel puts i2 on up0 itself
  test('an ipvlan on an ipvlan is a child of the device below', async ({ lab }) => {
    const { ns1, ns2, up0 } = build(lab);
    const i1 = ns1.ipvlan({ parent: up0 });
    const i2 = ns2.ipvlan({ parent: i1, name: 'i2' });
    expect((await ipLink(ns2, 'i2')).link_index).toBe(up0.index);
    i1.delete();
    expect([i2.parent, i2.deleted]).toEqual([up0, false]);
    up0.delete();
    expect(i2.deleted).toBe(true);
  });

  test("an ipvlan has its parent's MAC address, whatever that becomes", async ({ lab }) => {
    const { ns1, up0 } = build(lab);
    const i1 = ns1.ipvlan({ parent: up0, name: 'i1' });
    up0.set({ mac: '02:00:00:00:aa:07' });
    expect([i1.mac, (await ipLink(ns1, 'i1')).address]).toEqual(['02:00:00:00:aa:07', '02:00:00:00:aa:07']);
  });

  // ns1 ─ ipvlan0 (l3, 10.9.0.1) ── up0 (host, 10.0.0.1) ── eth0 (far, with a route to 10.9.0.1 by 10.0.0.1)   ns2
  test('in mode l3 others route to an ipvlan by its parent', async ({ lab }) => {
    const { ns1, far, up0 } = build(lab);
    const i1 = ns1.ipvlan({ parent: up0, mode: 'l3', address: '10.9.0.1/32' });
    ns1.route.add({ to: 'default', dev: i1.name });
    await expect(far).not.toReach(i1, { because: 'unsent' });
    far.route.add({ to: '10.9.0.1', via: '10.0.0.1' });
    await expect(far).toReach(i1, { through: up0 });
    await expect(ns1).toReach(far);
    expect((await ns1.exec('ping', ['-c1', '-W2', '10.0.0.2'])).stdout).toContain(' 0% packet loss');
  });

  // ns1 ─ ipvlan0 ── up0.10 ─ up0 (host) ═══ eth0 ─ eth0.10 (far)   ns2
  test.skipIf(!supports('vlan'))('an ipvlan on a VLAN (needs CONFIG_VLAN_8021Q)', async ({ lab }) => {
    const { ns1, far, up0 } = build(lab);
    const v10 = up0.namespace.vlan({ parent: up0, id: 10 });
    ns1.ipvlan({ parent: v10, mode: 'l2' });
    const other = far.vlan({ parent: far.interface(), id: 10 });
    await expect(ns1).toReach(other, { through: [v10, up0] });
  });

  test.for<[call: (net: Net) => unknown, message: string]>([
    [
      ({ ns1 }) => ns1.ipvlan({} as never),
      'ns1.ipvlan: parent must be an interface of this lab, such as an end of a cable: received undefined',
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, mode: 'bridge' as never }),
      "ns1.ipvlan: mode must be one of l2, l3, l3s: received 'bridge'",
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, flag: 'passthru' as never }),
      "ns1.ipvlan: flag must be one of bridge, private, vepa: received 'passthru'",
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, mac: '02:00:00:00:00:01' } as never),
      "ns1.ipvlan: mac cannot be chosen: an ipvlan has its parent's MAC address (02:00:00:00:00:64)",
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, vlan: 1 } as never),
      "ns1.ipvlan: there is no option 'vlan'; the options are parent, name, address, mtu, up, promiscuous, mode, flag",
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, name: 'i1' }).set({ mac: '02:00:00:00:00:01' } as never),
      "ns1/i1.set: mac cannot be chosen: an ipvlan has its parent's MAC address (02:00:00:00:00:64)",
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, name: 'i1' }).set({ mode: 'l4' } as never),
      "ns1/i1.set: mode must be one of l2, l3, l3s: received 'l4'",
    ],
    [
      ({ ns1, up0 }) => ns1.ipvlan({ parent: up0, name: 'i1' }).set({ bcqueuelen: 4 } as never),
      "ns1/i1.set: there is no option 'bcqueuelen'; the options are up, mtu, promiscuous, name, master, altnames, addrgenmode, token, protodown, protodownReasons, allMulticast, arp, mode, flag",
    ],
  ])('before the kernel is asked: %$ $1', ([call, message], { lab }) => {
    expect(() => call(build(lab))).toThrow(new UsageError(message));
  });

  const EXCLUDE =
    'macvlan and ipvlan exclude one another on one parent, since a device has one rx_handler (netdev_rx_handler_register)';
  test.for<[what: string, call: (net: Net) => unknown, message: string]>([
    [
      'an ipvlan beside a macvlan',
      ({ ns1, ns2, up0 }) => [ns1.macvlan({ parent: up0, name: 'm1' }), ns2.ipvlan({ parent: up0, name: 'i2' })],
      'ip -n host link add i2 up link up0 netns ns2 type ipvlan mode l3 bridge: EBUSY (resource busy or locked)\n' +
        `  usual cause: host/up0 has ns1/m1, a macvlan: ${EXCLUDE}`,
    ],
    [
      'a macvlan beside an ipvlan',
      ({ ns1, ns2, up0 }) => [ns1.ipvlan({ parent: up0, name: 'i1' }), ns2.macvlan({ parent: up0, name: 'm2' })],
      'ip -n host link add m2 up link up0 address 02:00:00:00:00:67 netns ns2 type macvlan mode vepa: EBUSY (resource busy or locked)\n' +
        `  usual cause: host/up0 has ns1/i1, an ipvlan: ${EXCLUDE}`,
    ],
    [
      'an address that a sibling has',
      ({ ns1, ns2, up0 }) => [ns1, ns2].map((ns) => ns.ipvlan({ parent: up0, name: 'i1', address: '10.9.0.1/24' })),
      'ip -n ns2 address add 10.9.0.1/24 dev i1: EADDRINUSE (address already in use)\n' +
        '  usual cause: another ipvlan of the same parent has this address (ipvlan_addr_busy)',
    ],
  ])('the kernel refuses %s', ([, call, message], { lab }) => {
    expect(refusal(() => call(build(lab)))).toBe(message);
  });
});
