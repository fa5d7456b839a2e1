import { expect, type PortOptions, test } from 'hairpin';
import { bridgeLink, bridgeLinks, type IpLink, ipLink } from './referee.ts';

/** The same of those that `ip -d link` shows, and `bridge` of Debian 12 does not. */
const OF_IP = {
  proxyArp: ['proxy_arp', false, true],
  proxyArpWifi: ['proxy_arp_wifi', false, true],
  groupFwdMask: ['group_fwd_mask', '0', '0x4000'],
} as const;

/** `bridge` of Debian 12 does not know them, nor does its `ip`. */
type NewerOption = 'mab' | 'neighVlanSuppress' | 'mcastMaxGroups' | 'backupNhid';

/** What each setting is without being asked for, another value, and its word in iproute2. */
const SETTINGS: {
  [K in Exclude<keyof PortOptions, keyof typeof OF_IP | NewerOption>]-?: [
    word: string,
    usual: PortOptions[K],
    other: PortOptions[K],
  ];
} = {
  hairpin: ['hairpin', false, true],
  isolated: ['isolated', false, true],
  learning: ['learning', true, false],
  flood: ['flood', true, false],
  mcastFlood: ['mcast_flood', true, false],
  bcastFlood: ['bcast_flood', true, false],
  guard: ['guard', false, true],
  locked: ['locked', false, true],
  state: ['state', 'forwarding', 'learning'],
  cost: ['cost', 2, 100],
  priority: ['priority', 32, 8],
  rootBlock: ['root_block', false, true],
  fastLeave: ['fastleave', false, true],
  mcastRouter: ['mcast_router', 1, 2],
  mcastToUnicast: ['mcast_to_unicast', false, true],
  neighSuppress: ['neigh_suppress', false, true],
  vlanTunnel: ['vlan_tunnel', false, true],
};

// a eth0 ── p0 sw p1 ── eth0 b
test.for(Object.keys(SETTINGS) as (keyof typeof SETTINGS)[])(
  'port.set changes %s, alone and back',
  async (option, { lab }) => {
    const sw = lab.switch('sw');
    const { b: port } = lab.cable(lab.namespace('a'), sw);
    lab.cable(lab.namespace('b'), sw);
    const [word, usual, other] = SETTINGS[option];
    const before = await bridgeLinks(sw);
    expect(before['p0']).toMatchObject({ [word]: usual, master: 'br0' });

    port.set({ [option]: other });
    expect(await bridgeLinks(sw)).toEqual({ ...before, p0: { ...before['p0'], [word]: other } });

    port.set({ [option]: usual });
    expect(await bridgeLinks(sw)).toEqual(before);
  },
);

// a eth0 ── right sw left ── eth0 b
test('a cable makes its port with every setting asked for, whichever end it is', async ({ lab }) => {
  const sw = lab.switch('sw');
  const asked = Object.fromEntries(Object.entries(SETTINGS).map(([option, [, , other]]) => [option, other]));
  const expected = Object.fromEntries(Object.values(SETTINGS).map(([word, , other]) => [word, other]));
  lab.cable(lab.namespace('a'), sw, { b: { name: 'right', ...asked } });
  lab.cable(sw, lab.namespace('b'), { a: { name: 'left', ...asked } });
  expect(await bridgeLink(sw, 'right')).toMatchObject({ ...expected, master: 'br0' });
  expect(await bridgeLink(sw, 'left')).toMatchObject({ ...expected, master: 'br0' });
});

// a eth0 ── p0 sw, no spanning tree
test.for([
  ['disabled', 'disabled'],
  ['listening', 'listening'],
  ['blocking', 'forwarding'],
] as const)('a port asked to be %s is then %s, as the kernel has it', async ([asked, then], { lab }) => {
  const sw = lab.switch('sw');
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  port.set({ state: asked });
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ state: then });
});

// a eth0 ── p0 sw
test('port.set takes what an interface takes, in the same call', async ({ lab }) => {
  const sw = lab.switch('sw');
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  port.set({ hairpin: true, mtu: 1300, mac: '02:00:00:00:aa:02' });
  expect(await bridgeLink(sw, 'p0')).toMatchObject({ hairpin: true });
  expect(await ipLink(sw, 'p0')).toMatchObject({ mtu: 1300, address: '02:00:00:00:aa:02' });
  expect(port.mac).toBe('02:00:00:00:aa:02');
});

// a eth0 ── p0 sw, with a spanning tree, whose the state is
test('a refused change leaves the port as it was, and the device', async ({ lab }) => {
  const { b: port } = lab.cable(lab.namespace('a'), lab.switch('sw', { stp: true }), { b: { isolated: true } });
  const before = [await bridgeLink(port.namespace, 'p0'), await ipLink(port.namespace, 'p0')];
  expect(() =>
    port.set({
      ...{ mtu: 1300, mac: '02:00:00:00:aa:02', promiscuous: true },
      ...{ hairpin: true, isolated: false, cost: 7, priority: 9, state: 'blocking' },
    }),
  ).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  // The tree goes on by itself.
  const still = { state: expect.anything() };
  expect([await bridgeLink(port.namespace, 'p0'), await ipLink(port.namespace, 'p0')]).toMatchObject([
    { ...before[0], ...still },
    { mtu: 1500, address: (before[1] as IpLink).address, promiscuity: (before[1] as IpLink).promiscuity },
  ]);
  expect(port.mac).toBe((before[1] as IpLink).address);
});

// a eth0 ── p0 sw
test.for(Object.keys(OF_IP) as (keyof typeof OF_IP)[])(
  'port.set changes %s, as ip link has it',
  async (option, { lab }) => {
    const sw = lab.switch('sw');
    const { b: port } = lab.cable(lab.namespace('a'), sw);
    const [word, usual, other] = OF_IP[option];
    const shown = async () => Object((await ipLink(sw, 'p0')).linkinfo).info_slave_data[word];
    expect(await shown()).toBe(usual);
    port.set({ [option]: typeof other === 'string' ? Number(other) : other });
    expect(await shown()).toBe(other);
  },
);

// a ── eth0 (host) bridge0
test('a device becomes a port with its settings in one call', async ({ lab }) => {
  const [a, host] = [lab.namespace('a'), lab.namespace('host')];
  const { b: eth0 } = lab.cable(a, host, { b: { address: false } });
  eth0.set({ master: host.bridge({ address: false }), hairpin: true });
  expect(await bridgeLink(host, 'eth0')).toMatchObject({ hairpin: true });
  eth0.set({ hairpin: false, isolated: true });
  expect(await bridgeLink(host, 'eth0')).toMatchObject({ hairpin: false, isolated: true });
  eth0.set({ master: false });
  expect(() => eth0.set({ backupPort: false })).toThrow('host/eth0.set: backupPort is for ports of bridges');
});
