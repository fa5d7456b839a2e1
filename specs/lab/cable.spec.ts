import { expect, test } from 'hairpin';
import { ipLink, ipLinkNames } from './referee.ts';

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
  expect(near.state()).toMatchObject({
    up: true,
    carrier: false,
    // LOWERLAYERDOWN where the kernel takes any other end for a lower layer (`default_operstate`, as of 6.1).
    operState: expect.stringMatching(/DOWN$/),
  });
  far.set({ up: true });
  expect(near.state()).toMatchObject({ up: true, carrier: true, operState: 'UP' });
});

// a eth0 ── eth0 b   a eth1 ── eth1 b: the second pair is deleted
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

// a eth0 ── eth0 b, its addresses refused
test('a cable that cannot be finished leaves nothing behind', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  expect(() => lab.cable(a, b, { b: { address: '192.0.2.1' } })).toThrow(
    "b/eth0.address.add: address 192.0.2.1 is in no subnet of its segment, so it needs a prefix length: '192.0.2.1/24'",
  );
  expect([a.interfaces, b.interfaces]).toEqual([[], []]);
  expect([await ipLinkNames(a), await ipLinkNames(b)]).toEqual([[], []]);
});
