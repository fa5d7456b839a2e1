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
    await expect(a).toReach(m, { by, through: near.b });
    // Both of its devices have the prefix: which of them it leaves by, the link of the target decides.
    await expect(m).toReach(a, { by, through: [near.b, near.a] });
    await expect(m).toReach(b, { by, family: 6, through: [far.a, far.b] });
    await expect(m).toReach(b.interface(), { by, from: far.a });
    near.set({ up: false });
    await expect(m).not.toReach(a, { by, because: 'unsent' });
  },
);

test('what is on no common link has no address to ask for', async ({ lab }) => {
  const { a, b, near } = bare(lab);
  expect(await failureOf(expect(a).toReach(b))).toContain('b has no IP address to ask for');
  expect(await failureOf(expect(a).toReach(near.b, { family: 4 }))).toContain('m/eth0 has no IPv4 address to ask for');
});

test('an address of the link is the last choice', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '10.0.0.1/24' }, b: { address: ['10.0.0.2/24', 'fd00::2/64'] } });
  expect(await failureOf(expect(a).not.toReach(b))).toContain('b 10.0.0.2, ICMP over IPv4');
  // That a has none for it is not to be hidden by one of the link.
  expect(await failureOf(expect(a).toReach(b, { family: 6 }))).toContain('a has no IPv6 address to ask from');
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
