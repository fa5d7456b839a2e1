import { expect, test } from 'hairpin';
import { ipLink, ipLinkNames } from './referee.ts';

// a eth0, eth1 ── b
test('an interface is found by its name, by itself, and without a name where it is the only one', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: first } = lab.cable(a, b);
  expect(a.interface()).toBe(first);
  const { a: second } = lab.cable(a, b);
  expect([a.interface('eth0'), a.interface('eth1')]).toEqual([first, second]);
  expect(a.interface(second)).toBe(second);
  expect(a.interfaces).toEqual([first, second]);
  expect(String(second)).toBe('a/eth1');
});

// At first: a eth0 ── eth0 b; then a second cable
test('a renamed interface is found by its new name only', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  // One that is up can be renamed from 6.2 on only (`dev_change_name`).
  device.set({ up: false });
  device.set({ name: 'wan' });
  expect(await ipLinkNames(a)).toEqual(['wan']);
  expect([device.name, String(device), a.interface('wan')]).toEqual(['wan', 'a/wan', device]);
  expect(() => a.interface('eth0')).toThrow("a.interface: a has no interface 'eth0'; it has wan");
  // The old name is free again.
  expect(lab.cable(a, b).a.name).toBe('eth0');
});

// a eth0 ── eth0 b
test('set changes up, MTU, MAC and promiscuity live, and only what is named', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  const before = await ipLink(a, 'eth0');
  device.set({ mtu: 9000, mac: '02:00:00:00:aa:07', promiscuous: true });
  const after = await ipLink(a, 'eth0');
  expect(after).toEqual({
    ...before,
    mtu: 9000,
    address: '02:00:00:00:aa:07',
    promiscuity: 1,
    flags: expect.arrayContaining([...before.flags, 'PROMISC']),
  });
  expect(device.set({ promiscuous: false, up: false })).toBe(device);
  const down = await ipLink(a, 'eth0');
  expect(down).toMatchObject({ mtu: 9000, operstate: 'DOWN', promiscuity: 0 });
  expect(down.flags).not.toContain('UP');
});

// a eth0 ── eth0 b
test('state is what iproute2 reads', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b, { mtu: 1450, a: { promiscuous: true } });
  const { ifindex, ifname, address, mtu, flags, operstate, promiscuity, ...shown } = await ipLink(a, 'eth0');
  expect(device.state()).toEqual({
    index: ifindex,
    name: ifname,
    kind: shown.linkinfo.info_kind,
    mac: address,
    mtu,
    up: true,
    promiscuous: true,
    allMulticast: flags.includes('ALLMULTI'),
    promiscuity,
    carrier: true,
    arp: !flags.includes('NOARP'),
    operState: operstate,
    master: undefined,
    hardware: 1,
    link: shown.link_index,
    linkNamespaceId: shown.link_netnsid,
    altnames: shown.altnames ?? [],
    addrgenmode: shown.inet6_addr_gen_mode,
    token: '::',
    protodown: false,
    protodownReasons: [],
    xdp: false,
    xdpProgram: undefined,
    data: undefined,
    slaveKind: undefined,
    slaveData: undefined,
  });
});
