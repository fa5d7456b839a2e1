import { expect, type Lab, test } from 'hairpin';
import { ipAddresses, ipLinkNames } from './referee.ts';

/** Namespaces a, b, c and d; which of them a test cables is its own affair. */
function hosts(lab: Lab) {
  return { a: lab.namespace('a'), b: lab.namespace('b'), c: lab.namespace('c'), d: lab.namespace('d') };
}

// a, b, c ── one   d ── two
test('each segment gives its hosts the next addresses of its own subnets', async ({ lab }) => {
  const [one, two] = [lab.switch('one'), lab.switch('two')];
  const { a, b, c, d } = hosts(lab);
  for (const host of [a, b, c]) lab.cable(host, one);
  lab.cable(d, two);
  const given = await Promise.all([a, b, c, d].map((host) => ipAddresses(host, 'eth0')));
  expect(given).toEqual([
    ['10.0.0.1/24', 'fd00::1/64'],
    ['10.0.0.2/24', 'fd00::2/64'],
    ['10.0.0.3/24', 'fd00::3/64'],
    ['10.0.1.1/24', 'fd00:0:0:1::1/64'],
  ]);
});

// (unused switch)   a, b, c, d ── sw, the lab's second segment
test('an address that a spec chose is not given out again, in any segment of a lab', async ({ lab }) => {
  lab.switch('unused');
  const sw = lab.switch('sw');
  const { a, b, c, d } = hosts(lab);
  lab.cable(a, sw, { a: { address: '10.0.1.2/24' } });
  lab.cable(b, sw, { a: { address: ['10.0.1.1', 'fd00:0:0:1::3'] } });
  lab.cable(c, sw);
  lab.cable(d, sw, { a: { address: false } });
  const given = await Promise.all([a, b, c, d].map((host) => ipAddresses(host, 'eth0')));
  expect(given).toEqual([
    ['10.0.1.2/24'],
    ['10.0.1.1/24', 'fd00:0:0:1::3/64'],
    ['10.0.1.4/24', 'fd00:0:0:1::4/64'],
    [],
  ]);
});

// a ── both   b ── one   c, d
test('the subnets of a switch may be chosen, of both families or of one', async ({ lab }) => {
  const both = lab.switch('both', { subnets: ['192.0.2.128/25', 'fd12:3456::/48'] });
  const one = lab.switch('one', { subnets: ['172.16.0.0/12'] });
  const { a, b } = hosts(lab);
  lab.cable(a, both);
  lab.cable(b, one);
  expect(await ipAddresses(a, 'eth0')).toEqual(['192.0.2.129/25', 'fd12:3456::1/48']);
  expect(await ipAddresses(b, 'eth0')).toEqual(['172.16.0.1/12']);
});

// a, b, c ── sw, a /30: room for two   d
test('a segment that is full says so, and gives out an address that became free only by choice', async ({ lab }) => {
  const sw = lab.switch('sw', { subnets: ['10.1.0.0/30'] });
  const { a, b, c } = hosts(lab);
  lab.cable(a, sw);
  lab.cable(b, sw);
  expect(() => lab.cable(c, sw)).toThrow(
    'segment sw: all 2 addresses of 10.1.0.0/30 are given out; give its switch a larger subnet: ' +
      "lab.switch('sw', { subnets: ['10.0.0.0/16', 'fd00::/64'] })",
  );
  expect(await ipLinkNames(c)).toEqual([]);
  lab.cable(c, sw, { a: { address: '10.9.0.1/24' } });
  expect(await ipAddresses(c, 'eth0')).toEqual(['10.9.0.1/24']);
});

// a eth0 ── eth0 b   c   d
test('addresses are added and deleted live, and listed as the kernel has them', async ({ lab }) => {
  const { a, b } = hosts(lab);
  const { a: device } = lab.cable(a, b, { a: { address: false } });
  expect(device.address.first(4)).toBeUndefined();
  device.address.add('10.0.0.9');
  device.address.add('fd00::9');
  device.address.add('203.0.113.5/29');
  expect(await ipAddresses(a, 'eth0')).toEqual(['10.0.0.9/24', '203.0.113.5/29', 'fd00::9/64']);
  expect(device.address.first(4)).toMatchObject({ address: '10.0.0.9', length: 24, index: device.index });
  expect(device.address.list().map(({ address }) => address)).toEqual([
    '10.0.0.9',
    '203.0.113.5',
    'fd00::9',
    expect.stringMatching(/^fe80::/),
  ]);
  device.address.delete('10.0.0.9');
  device.address.delete('fd00::9/64');
  expect(await ipAddresses(a, 'eth0')).toEqual(['203.0.113.5/29']);
});

// a eth0 ── eth0 b, both ways 1279 bytes at most: too few for IPv6   c   d
test('below an MTU of 1280 a cable gives IPv4 addresses only', async ({ lab }) => {
  const { a, b } = hosts(lab);
  lab.cable(a, b, { mtu: 1279 });
  expect(await ipAddresses(a, 'eth0')).toEqual(['10.0.0.1/24']);
  await expect(a).toReach(b);
});
