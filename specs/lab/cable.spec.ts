import {
  type CableOptions,
  type EndOptions,
  expect,
  type Namespace,
  type PortOptions,
  test,
  UsageError,
} from 'hairpin';
import { ipAddresses, ipLink, ipLinkNames } from './referee.ts';

// a up0 ── far b
test('a cable has each end in its namespace as asked for, and up', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: near, b: far } = lab.cable(a, b, {
    mtu: 1400,
    a: { name: 'up0', mac: '02:00:00:00:AA:01', promiscuous: true },
    b: { name: 'far' },
  });

  expect(await ipLinkNames(a)).toEqual(['up0']);
  expect(await ipLinkNames(b)).toEqual(['far']);
  const ofA = await ipLink(a, 'up0');
  expect(ofA).toMatchObject({ ifindex: near.index, link_index: far.index, mtu: 1400, operstate: 'UP', promiscuity: 1 });
  expect(ofA).toMatchObject({ address: '02:00:00:00:aa:01', linkinfo: { info_kind: 'veth' } });
  expect(ofA.flags).toEqual(expect.arrayContaining(['UP', 'LOWER_UP', 'PROMISC']));
  const ofB = await ipLink(b, 'far');
  expect(ofB).toMatchObject({ ifindex: far.index, link_index: near.index, mtu: 1400, operstate: 'UP', promiscuity: 0 });
  expect([near.mac, far.mac]).toEqual([ofA.address, ofB.address]);
  expect(near.peer).toBe(far);
});

// a eth0 ── eth0 b
test('two namespaces on one cable reach each other at once', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b);
  await expect(b).toReach(a, { family: 6 });
});

// a eth0 ── eth0 b, b's end down
test('an end with up: false stays down until it is set up', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: near, b: far } = lab.cable(a, b, { b: { up: false } });
  expect((await ipLink(b, 'eth0')).flags).not.toContain('UP');
  await expect
    .poll(() => near.state())
    .toMatchObject({
      up: true,
      carrier: false,
      // LOWERLAYERDOWN where the kernel takes any other end for a lower layer (`default_operstate`, as of 6.1).
      operState: expect.stringMatching(/DOWN$/),
    });
  far.set({ up: true });
  await expect
    .poll(() => near.state(), { timeout: 60_000 })
    .toMatchObject({ up: true, carrier: true, operState: 'UP' });
});

// At first: a eth0 ── eth0 b   a eth1 ── eth1 b
test('deleting a cable takes both of its ends and nothing else', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const second = lab.cable(a, b);
  second.delete();
  second.delete();
  expect([second.a.deleted, second.b.deleted]).toEqual([true, true]);
  expect([await ipLinkNames(a), await ipLinkNames(b)]).toEqual([['eth0'], ['eth0']]);
  expect(b.interface()).toBe(b.interface('eth0'));
});

// a eth0 ── eth1 a
test('both ends of a cable may be in one namespace', async ({ lab }) => {
  const a = lab.namespace('a');
  const { a: near, b: far } = lab.cable(a, a);
  expect([near.name, far.name]).toEqual(['eth0', 'eth1']);
  expect(await ipLink(a, 'eth1')).toMatchObject({ ifindex: far.index, operstate: 'UP' });
});

// a   b, which have no cable   c eth0 ── eth0 d
test.for<[what: string, options: CableOptions, message: string]>([
  [
    'is no address',
    { b: { address: 'bogus' } },
    "lab.cable(a, b): b: address must be an IP address such as 10.0.0.1 or fd00::1: received 'bogus'",
  ],
  [
    'is no list',
    { a: { address: true as never } },
    "lab.cable(a, b): a: address must be an address such as '10.0.0.1/24', a list of them, or false for none: received true",
  ],
  [
    'has no length, and is in no subnet',
    { b: { address: ['10.0.0.7', '192.0.2.1'] } },
    "lab.cable(a, b): b: address 192.0.2.1 is in no subnet of its segment, so it needs a prefix length: '192.0.2.1/24'",
  ],
])(
  'an address that %s is refused before anything is made, and no subnet is used up',
  async ([, options, message], { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    expect(() => lab.cable(a, b, options)).toThrow(new UsageError(message));
    expect([a.interfaces, b.interfaces]).toEqual([[], []]);
    expect([await ipLinkNames(a), await ipLinkNames(b)]).toEqual([[], []]);
    lab.cable(lab.namespace('c'), lab.namespace('d'));
    expect(await ipAddresses(lab.namespaces[2] as Namespace, 'eth0')).toEqual(['10.0.0.1/24', 'fd00::1/64']);
  },
);

// a eth0 ── p0 sw, refused by the kernel when all of it is there
test.for<[what: string, stp: boolean, options: EndOptions & PortOptions, code: string]>([
  ['the state of a port that is down', false, { state: 'listening', up: false }, 'ENETDOWN'],
  ['the state of a port of a spanning tree', true, { state: 'forwarding', hairpin: true }, 'EBUSY'],
])('a cable that cannot be finished leaves nothing behind: %s', async ([, stp, options, code], { lab }) => {
  const [a, sw] = [lab.namespace('a'), lab.switch('sw', { stp })];
  for (const plug of [() => lab.cable(a, sw, { b: options }), () => lab.cable(sw, a, { a: options })]) {
    expect(plug).toThrow(expect.objectContaining({ name: 'KernelError', code }));
    expect([a.interfaces, sw.interfaces]).toEqual([[], []]);
    expect([await ipLinkNames(a), await ipLinkNames(sw)]).toEqual([[], ['br0']]);
  }
  // The names are free again.
  expect(`${lab.cable(a, sw)}`).toBe('a/eth0–sw/p0');
});

// a eth0 ── eth0 c   b, whose eth0 a program made: EEXIST
test('a subnet that a refused cable was to have goes to the next', async ({ lab }) => {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  await b.exec('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'other']);
  expect(() => lab.cable(a, b)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  lab.cable(a, c);
  expect(await ipAddresses(a, 'eth0')).toEqual(['10.0.0.1/24', 'fd00::1/64']);
});
