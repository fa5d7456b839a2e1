import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../lib/base/validate.ts';
import { Segment } from '../../lib/lab/segment.ts';
import { parsePrefix } from '../../lib/wire/ip-address.ts';

const take = (segment: Segment) => segment.next().map(({ address, length }) => `${address}/${length}`);

function reserve(segment: Segment, address: string): void {
  const prefix = parsePrefix(address);
  if (!prefix) throw new Error(`${address} is no prefix`);
  segment.reserve(prefix);
}

describe('the subnets', () => {
  test.each([
    [0, '10.0.0.0', 'fd00::'],
    [1, '10.0.1.0', 'fd00:0:0:1::'],
    [10, '10.0.10.0', 'fd00:0:0:a::'],
    [255, '10.0.255.0', 'fd00:0:0:ff::'],
    [256, '10.1.0.0', 'fd00:0:0:100::'],
  ])('of segment %i are %s/24 and %s/64', (number, v4, v6) => {
    expect(new Segment('sw', number).subnets).toEqual([
      { address: v4, length: 24, family: 4 },
      { address: v6, length: 64, family: 6 },
    ]);
  });

  test('of a spec take the place of both defaults', () => {
    expect(new Segment('sw', 3, ['192.168.0.0/16']).subnets).toEqual([
      { address: '192.168.0.0', length: 16, family: 4 },
    ]);
  });

  test.each<[string, string[], string]>([
    [
      'two of a family',
      ['10.0.0.0/24', '10.0.1.0/24'],
      'switch sw: subnets must be at most one of IPv4 and one of IPv6: received 10.0.0.0/24, 10.0.1.0/24',
    ],
    ['no room for hosts', ['10.0.0.0/31'], 'switch sw: subnets must leave room for hosts: received 10.0.0.0/31'],
    ['one address of IPv6', ['fd00::/127'], 'switch sw: subnets must leave room for hosts: received fd00::/127'],
    [
      'host bits',
      ['10.0.0.1/24'],
      'switch sw: subnets must have host bits of zero, such as 10.0.0.0/24: received 10.0.0.1/24',
    ],
    [
      'no prefix',
      ['10.0.0'],
      "switch sw: subnets must be networks such as 10.1.0.0/16 and fd01::/64: received '10.0.0'",
    ],
    ...[
      ['224.0.0.0/4', '224.0.0.0/4 (multicast)'],
      ['0.0.0.0/0', '0.0.0.0/8 (this network, RFC 1122)'],
      ['127.0.0.0/8', '127.0.0.0/8 (loopback)'],
      ['127.1.0.0/16', '127.0.0.0/8 (loopback)'],
      ['128.0.0.0/1', '224.0.0.0/4 (multicast)'],
      ['240.0.0.0/8', '240.0.0.0/4 (reserved, and broadcast)'],
      ['fe80::/64', 'fe80::/10 (link-local)'],
      ['ff05::/64', 'ff00::/8 (multicast)'],
      ['::/64', '::/96 (unspecified, and loopback)'],
      ['::ffff:a00:0/104', '::ffff:0:0/96 (IPv4-mapped)'],
    ].map(([subnet, of]): [string, string[], string] => [
      `nothing of hosts, ${subnet}`,
      [`${subnet}`],
      'switch sw: subnets must be of addresses that hosts can have and be reached at, so have nothing of ' +
        `${of}: received ${subnet}`,
    ]),
  ])('refused: %s', (_, subnets, message) => {
    expect(() => new Segment('sw', 0, subnets)).toThrow(new UsageError(message));
  });
});

describe('the addresses', () => {
  test('go up from 1, with the same number in both families', () => {
    const segment = new Segment('sw', 1);
    expect([take(segment), take(segment)]).toEqual([
      ['10.0.1.1/24', 'fd00:0:0:1::1/64'],
      ['10.0.1.2/24', 'fd00:0:0:1::2/64'],
    ]);
  });

  test.each([
    ['10.0.0.1/24', 0],
    // Its last 16 bits are 0101: the number is what they are above the subnet's.
    ['10.0.1.1/24', 1],
    ['fd00:0:0:1::1/64', 1],
  ])('a reserved one, %s, is passed over in both families', (address, number) => {
    const segment = new Segment('sw', number);
    reserve(segment, address);
    expect(take(segment)[0]).toBe(`10.0.${number}.2/24`);
    expect(take(segment)[1]).toMatch(/:3\/64$/);
  });

  test('one outside of the subnets reserves nothing', () => {
    const segment = new Segment('sw', 0);
    reserve(segment, '192.168.0.1/24');
    reserve(segment, 'fd01::1/64');
    expect(segment.unused).toBe(true);
    expect(take(segment)).toEqual(['10.0.0.1/24', 'fd00::1/64']);
    expect(segment.unused).toBe(false);
  });

  test('of a subnet inside a byte begin at its first', () => {
    const segment = new Segment('sw', 0, ['10.0.0.128/25']);
    reserve(segment, '10.0.0.129/25');
    expect(take(segment)).toEqual(['10.0.0.130/25']);
  });

  test('pass over into the third byte where the subnet does', () => {
    const segment = new Segment('sw', 0, ['10.4.0.0/16']);
    for (let host = 1; host < 256; host++) segment.next();
    expect(take(segment)).toEqual(['10.4.1.0/16']);
  });

  test('neither the network nor the broadcast address is given out, and the end is said', () => {
    const segment = new Segment('sw', 0, ['10.0.0.8/30', 'fd00::/64']);
    expect([take(segment), take(segment)]).toEqual([
      ['10.0.0.9/30', 'fd00::1/64'],
      ['10.0.0.10/30', 'fd00::2/64'],
    ]);
    expect(() => segment.next()).toThrow(
      new UsageError(
        'segment sw: all 2 addresses of 10.0.0.8/30 and fd00::/64 are given out; give its switch a larger subnet: ' +
          "lab.switch('sw', { subnets: ['10.0.0.0/16', 'fd00::/64'] })",
      ),
    );
  });

  test('end with the smaller subnet: 254 hosts by default', () => {
    const segment = new Segment('sw', 0);
    for (let host = 1; host < 254; host++) segment.next();
    expect(take(segment)[0]).toBe('10.0.0.254/24');
    expect(() => segment.next()).toThrow('segment sw: all 254 addresses of 10.0.0.0/24 and fd00::/64 are given out');
  });

  test('are never given out twice, nor when they were reserved', () => {
    const hosts = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), hosts, (number, reserved) => {
        const segment = new Segment('sw', number);
        const base = segment.subnets[0]?.address.replace(/0$/, '') ?? '';
        for (const host of reserved) reserve(segment, `${base}${host}/24`);
        const given = Array.from({ length: 10 }, () => segment.next()[0]?.address);
        const free = Array.from({ length: 40 }, (_, index) => index + 1).filter((host) => !reserved.includes(host));
        expect(given).toEqual(free.slice(0, 10).map((host) => `${base}${host}`));
      }),
    );
  });
});

test('lengthFor is the length of the subnet that an address lies in', () => {
  const segment = new Segment('sw', 1, ['10.1.0.0/16', 'fd01::/48']);
  expect(['10.1.255.1', 'fd01:0:0:9::1', '10.2.0.1', 'fd02::1'].map((each) => segment.lengthFor(each))).toEqual([
    16,
    48,
    undefined,
    undefined,
  ]);
});
