import { expect, type Interface, type Lab, type Namespace, test, UsageError, VLAN_PROTOCOLS } from 'hairpin';
import { describeNeeding, needs } from '../needs.ts';
import { ipAddresses, ipLink, ipLinkUp, refusal } from './referee.ts';

// a ─ eth0.10 ── eth0 ═══ eth0 ── eth0.10 ─ b
function trunk(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: left, b: right } = lab.cable(a, b);
  return { a, b, left, right };
}

describeNeeding(['vlan'], () => {
  needs('tcpdump');
  test.for(VLAN_PROTOCOLS)('a %s VLAN is what iproute2 calls one', async (protocol, { lab }) => {
    const { a, left } = trunk(lab);
    const vlan = a.vlan({ parent: left, id: 10, protocol });
    const link = await ipLinkUp(a, 'eth0.10');
    expect(link.linkinfo).toMatchObject({ info_kind: 'vlan', info_data: { protocol, id: 10 } });
    expect(link).toMatchObject({ ifindex: vlan.index, address: left.mac, operstate: 'UP', mtu: 1500 });
    expect([vlan.id, vlan.protocol, vlan.parent, vlan.mac]).toEqual([10, protocol, left, left.mac]);
  });

  // c ─ video ── eth0 (a) ── eth0 (b)
  test('a VLAN has the name, MAC, MTU and flags asked for, and may be far from its parent', async ({ lab }) => {
    const { left } = trunk(lab);
    const c = lab.namespace('c');
    const options = { name: 'video', mac: '02:00:00:00:AA:03', mtu: 1300, up: false, promiscuous: true };
    c.vlan({ parent: left, id: 4094, ...options, address: '10.9.0.1/24' });
    const link = await ipLink(c, 'video');
    expect(link).toMatchObject({ address: '02:00:00:00:aa:03', mtu: 1300, operstate: 'DOWN', link_index: left.index });
    expect(link.flags).toContain('PROMISC');
    expect(await ipAddresses(c, 'video')).toEqual(['10.9.0.1/24']);
  });

  test('VLANs of one id are one segment, with subnets of its own', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    const tens = [a.vlan({ parent: left, id: 10 }), b.vlan({ parent: right, id: 10 })];
    const twenty = a.vlan({ parent: left, id: 20 });
    expect(await Promise.all([...tens, twenty].map((each) => ipAddresses(each.namespace, each.name)))).toEqual([
      ['10.0.1.1/24', 'fd00:0:0:1::1/64'],
      ['10.0.1.2/24', 'fd00:0:0:1::2/64'],
      ['10.0.2.1/24', 'fd00:0:0:2::1/64'],
    ]);
  });

  test.for(VLAN_PROTOCOLS)('a frame of a %s VLAN has its tag on the wire', async (protocol, { lab }) => {
    const { a, b, left, right } = trunk(lab);
    a.vlan({ parent: left, id: 10, protocol });
    const other = b.vlan({ parent: right, id: 10, protocol });
    await expect(a).toReach(other);
    await expect(a).toReach(other, { family: 6, through: [left, right, other] });
    const word = protocol === '802.1Q' ? 'ethertype 802.1Q (0x8100)' : 'ethertype 802.1Q-QinQ (0x88a8)';
    expect(await tagSeen(b, () => expect(a).toReach(other))).toContain(`${word}, length`);
  });

  test('VLANs of different ids, or protocols, do not hear each other', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    const [ten, service] = [{ id: 10 }, { id: 30, protocol: '802.1ad' as const }];
    a.vlan({ parent: left, ...ten, address: '10.9.0.1/24' });
    a.vlan({ parent: left, ...service, address: '10.8.0.1/24' });
    b.vlan({ parent: right, id: 20, address: '10.9.0.2/24' });
    b.vlan({ parent: right, id: 30, address: '10.8.0.2/24' });
    await expect(a).not.toReach('10.9.0.2');
    await expect(a).not.toReach('10.8.0.2');
  });

  // a ─ eth0.100.10 ── eth0.100 (802.1ad) ── eth0 ═══ eth0 ── eth0.100 ── eth0.100.10 ─ b
  test('a customer tag goes inside of a service tag', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    const inner = (ns: Namespace, parent: Interface) =>
      ns.vlan({ parent: ns.vlan({ parent, id: 100, protocol: '802.1ad', address: false }), id: 10 });
    const [one, other] = [inner(a, left), inner(b, right)];
    expect(one.name).toBe('eth0.100.10');
    await expect(a).toReach(other, { through: [left, right, other] });
  });

  // ns1 ─ m1 (macvlan) ── eth0.10 ── eth0 (a) ── p0 (sw) p1 ── eth0 ── eth0.10 ─ b
  test('a macvlan on a VLAN on a cable, through a switch', async ({ lab }) => {
    const [sw, a, b, ns1] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('ns1')];
    const { a: left, b: p0 } = lab.cable(a, sw);
    const { a: right } = lab.cable(b, sw);
    const near = a.vlan({ parent: left, id: 10 });
    const m1 = ns1.macvlan({ parent: near, mode: 'bridge' });
    const far = b.vlan({ parent: right, id: 10 });
    await expect(ns1).toReach(far, { through: [near, left, p0, right] });
    await expect(b).toReach(m1);
    await expect(ns1).not.toReach(right, { because: 'unsent' });
  });

  // hosts a (VLAN 10) and b (VLAN 20) on one trunk to a router
  test('a router on a stick', async ({ lab }) => {
    const [sw, r, a, b] = [lab.switch('sw'), lab.router('r'), lab.namespace('a'), lab.namespace('b')];
    const [trunkEnd, atA, atB] = [r, a, b].map((ns) => lab.cable(ns, sw, { a: { address: false } }).a) as [
      ...[Interface, Interface, Interface],
    ];
    r.vlan({ parent: trunkEnd, id: 10 });
    r.vlan({ parent: trunkEnd, id: 20 });
    a.vlan({ parent: atA, id: 10 });
    b.vlan({ parent: atB, id: 20 });
    await expect(a).toReach(b, { through: r });
  });

  test("a VLAN follows its parent's MAC address, and goes down with it", async ({ lab }) => {
    const { a, left } = trunk(lab);
    const vlan = a.vlan({ parent: left, id: 10 });
    left.set({ mac: '02:00:00:00:aa:07' });
    expect([vlan.mac, (await ipLink(a, 'eth0.10')).address]).toEqual(['02:00:00:00:aa:07', '02:00:00:00:aa:07']);
    left.set({ up: false });
    expect((await ipLink(a, 'eth0.10')).flags).not.toContain('UP');
    left.delete();
    expect(vlan.deleted).toBe(true);
  });

  test.for<[call: (net: { a: Namespace; left: Interface }) => unknown, message: string]>([
    [
      ({ a }) => a.vlan({ id: 10 } as never),
      'a.vlan: parent must be an interface of this lab, such as an end of a cable: received undefined',
    ],
    [({ a, left }) => a.vlan({ parent: left } as never), 'a.vlan: id must be given: a whole number from 0 to 4094'],
    [
      ({ a, left }) => a.vlan({ parent: left, id: 4095 }),
      'a.vlan: id must be a whole number from 0 to 4094: received 4095',
    ],
    [
      ({ a, left }) => a.vlan({ parent: left, id: 1, protocol: '802.1q' as never }),
      "a.vlan: protocol must be one of 802.1Q, 802.1ad: received '802.1q'",
    ],
    [
      ({ a, left }) => a.vlan({ parent: left, id: 1, tag: 3 } as never),
      "a.vlan: there is no option 'tag'; the options are parent, name, address, mac, mtu, up, promiscuous, protocol, id, reorderHdr, gvrp, mvrp, looseBinding, bridgeBinding, ingressQosMap, egressQosMap",
    ],
    [
      ({ a, left }) => a.vlan({ parent: left, id: 1, up: 'yes' as never }),
      "a.vlan: up must be true or false: received 'yes'",
    ],
    [
      ({ a, left }) => a.vlan({ parent: left, id: 1 }).set({ id: 3 } as never),
      "a/eth0.1.set: there is no option 'id'; the options are up, mtu, mac, promiscuous, name, master, altnames, addrgenmode, token, protodown, protodownReasons, allMulticast, arp, reorderHdr, gvrp, mvrp, looseBinding, bridgeBinding, ingressQosMap, egressQosMap",
    ],
  ])('before the kernel is asked: %$ $1', ([call, message], { lab }) => {
    expect(() => call(trunk(lab))).toThrow(new UsageError(message));
  });

  test.for<[what: string, call: (net: { a: Namespace; left: Interface }) => unknown, message: string]>([
    [
      'a second VLAN of one id',
      ({ a, left }) => [0, 1].map(() => a.vlan({ parent: left, id: 10 })),
      'ip -n a link add vlan0 up link eth0 netns a type vlan protocol 802.1Q id 10: EEXIST (file already exists)\n' +
        '  usual cause: a/eth0 has a VLAN of 802.1Q id 10 already, or a an interface vlan0',
    ],
    [
      'an MTU larger than that of the parent',
      ({ a, left }) => a.vlan({ parent: left, id: 10, mtu: 1501 }),
      'ip -n a link add eth0.10 up link eth0 mtu 1501 netns a type vlan protocol 802.1Q id 10: EINVAL (invalid argument)\n' +
        '  usual cause: the MTU must not be larger than that of a/eth0 (1500): vlan_newlink',
    ],
    [
      'a live change to an MTU larger than that of the parent',
      ({ a, left }) => a.vlan({ parent: left, id: 10 }).set({ mtu: 1501 }),
      'ip -n a link set eth0.10 mtu 1501: ERANGE (result too large)\n' +
        "  usual cause: a VLAN's MTU may not be larger than its parent's (vlan_dev_change_mtu): a/eth0",
    ],
    [
      'a VLAN that is up on a parent that is down',
      ({ a, left }) => a.vlan({ parent: left.set({ up: false }), id: 10 }),
      'ip -n a link add eth0.10 up link eth0 netns a type vlan protocol 802.1Q id 10: ENETDOWN (network is down)\n' +
        '  usual cause: a/eth0 is down, and a VLAN cannot be up then (vlan_dev_open): say up: false, or bring it up',
    ],
  ])('the kernel refuses %s', ([, call, message], { lab }) => {
    expect(refusal(() => call(trunk(lab)))).toBe(message);
  });
});

/** The first tagged frame at eth0 while something goes on, as tcpdump prints it. */
async function tagSeen(namespace: Namespace, work: () => PromiseLike<unknown>): Promise<string> {
  const program = namespace.exec('tcpdump', ['-i', 'eth0', '-e', '-n', '-c', '1', 'vlan', '10']);
  await new Promise<void>((resolve) => {
    program.stderr?.on('data', (text) => String(text).includes('listening on') && resolve());
  });
  await work();
  return (await program).stdout;
}
