import { expect, type Lab, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a ── eth0 (m) eth1 ── b, none of which has any but link-local addresses
function bare(lab: Lab) {
  const [a, m, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('b')];
  const none = { a: { address: false }, b: { address: false } } as const;
  return { a, m, b, near: lab.cable(a, m, none), far: lab.cable(m, b, none) };
}

test.for(['icmp', 'udp', 'tcp'] as const)(
  'hosts without other addresses are asked for on their link, by %s',
  async (by, { lab }) => {
    const { a, m, b, near, far } = bare(lab);
    await expect(a).toReach(m, { by, family: 6, through: near.b });
    // Both of its devices have the prefix: which of them it leaves by, the link of the target decides.
    await expect(m).toReach(a, { by, family: 6, through: [near.b, near.a] });
    await expect(m).toReach(b, { by, family: 6, through: [far.a, far.b] });
    await expect(m).toReach(b.interface(), { by, family: 6, from: far.a });
    near.unplug();
    await expect(m).not.toReach(a, { by, family: 6, because: 'unsent' });
  },
);

test('what is on no common link has no address to ask for', async ({ lab }) => {
  const { a, b, near } = bare(lab);
  expect(await failureOf(expect(a).toReach(b, { family: 6 }))).toContain('b has no IPv6 address to ask for');
  expect(await failureOf(expect(a).toReach(near.b, { family: 4 }))).toContain('m/eth0 has no IPv4 address to ask for');
});

// An address that a host has lost, or never got, must not be hidden by the one that every device has.
test('an address of the link stands for no other', async ({ lab }) => {
  const { a, m, near } = bare(lab);
  expect(await failureOf(expect(a).toReach(m))).toContain('m has no IP address to ask for');
  near.a.address.add('fd00::1/64');
  expect(await failureOf(expect(a).toReach(m, { family: 6 }))).toContain('m has no IPv6 address to ask for');
  near.b.address.add('fd00::2/64');
  await expect(a).toReach(m, { family: 6 });
  for (const [end, address] of [
    [near.a, 'fd00::1/64'],
    [near.b, 'fd00::2/64'],
  ] as const)
    end.address.delete(address);
  expect(await failureOf(expect(a).toReach(m, { family: 6 }))).toContain('m has no IPv6 address to ask for');
});

// a ── b, with addresses of fec0::/10
test('site-local addresses are addresses', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: 'fec0::2/64' }, b: { address: 'fec0::1/64' } });
  await expect(a).toReach('fec0::1', { from: 'fec0::2' });
  await expect(a).toReach(b, { by: 'udp' });
  await expect(b).toHear(a, { frame: 'nd' });
  await expect(lab).toMatchReachability(`
       a  b
    a  .  ✓
    b  ✓  .`);
  expect(a.interface().address.first(6)).toMatchObject({ address: 'fec0::2', scope: 200 });
});

// a ── b, whose address is tentative
test.for(['udp', 'tcp'] as const)('by %s, a tentative address is one that nobody answers at', async (by, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  // So long the detection waits for an answer (addrconf_dad_work).
  b.sysctl.set('net.ipv6.neigh.eth0.retrans_time_ms', 60_000);
  b.interface().address.add('fd00:7::2/64', { dad: true });
  a.interface().address.add('fd00:7::1/64');
  const failure = await failureOf(expect(a).toReach('fd00:7::2', { by, port: 4000, within: 20 }));
  expect(failure).toContain('fd00:7::2 of b is tentative: duplicate address detection is not done');
});
