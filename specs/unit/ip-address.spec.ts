import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesToIp,
  contains,
  familyOf,
  ipToBytes,
  networkOf,
  normalizeIp,
  parsePrefix,
  solicitedNodeGroup,
} from '../../lib/wire/ip-address.ts';
import { ipv4, ipv6, ipv6Groups, numRuns, shortForm } from './arbitraries.ts';
import { hex } from './hex.ts';

/** An address as a string of 32 or 128 ones and zeros, read without any of our code. */
function bitsOf(address: string): string {
  if (isIP(address) === 4)
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = address.split('::');
  const front = head.split(':').filter(Boolean);
  const back = (tail ?? '').split(':').filter(Boolean);
  const groups = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

/** Two addresses of a family that share some leading bits, and a length: near misses as often as hits. */
const neighbours = fc.boolean().chain((v4) => {
  const [bits, address] = v4 ? ([32, ipv4] as const) : ([128, ipv6] as const);
  return fc.tuple(address, address, fc.nat({ max: bits }), fc.nat({ max: bits })).map(([a, b, shared, length]) => {
    const joined = bitsOf(a).slice(0, shared) + bitsOf(b).slice(shared);
    const width = v4 ? 8 : 16;
    const parts = Array.from({ length: bits / width }, (_, index) =>
      Number.parseInt(joined.slice(index * width, (index + 1) * width), 2),
    );
    return { a, b: v4 ? parts.join('.') : shortForm(parts), length, family: v4 ? (4 as const) : (6 as const) };
  });
});

describe('an IPv4 address as the last of an IPv6 address', () => {
  // `getent ahostsv6 ::192.0.2.1`, and the address that the kernel gives sit0 (add_v4_addrs)
  test.each([
    ['compatible', '::192.0.2.1', '000000000000000000000000c0000201'],
    ['mapped', '::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['of a prefix', '64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
  ])('%s: %s', (_, address, bytes) => {
    expect(ipToBytes(address)).toEqual(hex(bytes));
  });
});

describe('familyOf', () => {
  test("agrees with Node's net.isIP on addresses of both families", () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (address) => {
        expect(familyOf(address)).toBe(isIP(address));
      }),
    );
  });

  test.each([
    ['octal', '010.0.0.1'],
    ['hexadecimal', '0x0a.0.0.1'],
    ['short', '10.1'],
    ['a plain number', '167772161'],
    ['too large', '10.0.0.256'],
    ['two ::', '1::2::3'],
    ['in brackets', '[::1]'],
    // Its zone would silently be lost.
    ['with a zone', 'fe80::1%eth0'],
    ['with white space', '10.0.0.1 '],
    ['a name', 'localhost'],
    ['empty', ''],
  ])('refuses an address that is %s', (_, address) => {
    expect(familyOf(address)).toBeUndefined();
  });
});

describe('bytesToIp', () => {
  test('writes IPv4 in dotted decimals', () => {
    expect(bytesToIp(hex('0a0000ff'))).toBe('10.0.0.255');
  });

  test.each([
    // RFC 5952 section 4.1: no leading zeros; 4.3: lower case.
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['2001 0db8 aaaa bbbb cccc dddd eeee 0001', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1'],
    // Section 4.2.2: :: is not for a single group.
    ['2001 0db8 0000 0001 0001 0001 0001 0001', '2001:db8:0:1:1:1:1:1'],
    // Section 4.2.3: the longest run, and of equals the first.
    ['2001 0000 0000 0001 0000 0000 0000 0001', '2001:0:0:1::1'],
    ['2001 0db8 0000 0000 0001 0000 0000 0001', '2001:db8::1:0:0:1'],
    ['00000000000000000000000000000000', '::'],
  ])('writes %s as %s (RFC 5952)', (bytes, text) => {
    expect(bytesToIp(hex(bytes))).toBe(text);
  });

  test('writes every IPv6 address as the WHATWG URL parser does', () => {
    fc.assert(
      fc.property(ipv6Groups, (groups) => {
        const sixteen = hex(groups.map((group) => group.toString(16).padStart(4, '0')).join(''));
        expect(bytesToIp(sixteen)).toBe(shortForm(groups));
      }),
    );
  });

  test('is the inverse of ipToBytes', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (address) => {
        expect(bytesToIp(ipToBytes(address))).toBe(address);
      }),
    );
  });
});

test('normalizeIp gives one spelling to an address of many', () => {
  expect(['FD00:0:0:0:0:0:0:1', 'fd00::0001', 'fd00:0::1'].map(normalizeIp)).toEqual(['fd00::1', 'fd00::1', 'fd00::1']);
});

describe('parsePrefix', () => {
  test.each([
    ['10.0.0.1/24', { address: '10.0.0.1', length: 24, family: 4 }],
    ['10.0.0.1', { address: '10.0.0.1', length: 32, family: 4 }],
    ['0.0.0.0/0', { address: '0.0.0.0', length: 0, family: 4 }],
    ['FD00::0001/64', { address: 'fd00::1', length: 64, family: 6 }],
    ['fd00::1', { address: 'fd00::1', length: 128, family: 6 }],
  ])('reads %s', (text, prefix) => {
    expect(parsePrefix(text)).toEqual(prefix);
  });

  test.each([
    '10.0.0.1/33',
    'fd00::1/129',
    '10.0.0.1/-1',
    '10.0.0.1/',
    '10.0.0.1/24/24',
    '10.0.0.1/2.5',
    // iproute2 takes a leading zero for octal.
    '10.0.0.1/024',
    '10.0.0.1/255.255.255.0',
    '10.0.0/24',
    'fe80::1%eth0/64',
    'default',
    '/24',
    '',
  ])('refuses %j', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });

  test('reads what it is given back', () => {
    fc.assert(
      fc.property(neighbours, ({ a: address, length, family }) => {
        expect(parsePrefix(`${address}/${length}`)).toEqual({ address, length, family });
      }),
    );
  });
});

describe('contains', () => {
  test('compares as many bits as the prefix is long, as strings of bits would', () => {
    fc.assert(
      fc.property(neighbours, ({ a, b, length, family }) => {
        const expected = bitsOf(a).slice(0, length) === bitsOf(b).slice(0, length);
        expect(contains({ address: a, length, family }, b)).toBe(expected);
      }),
      numRuns(500),
    );
  });

  test('knows an edge from its neighbour', () => {
    const prefix = { address: '10.0.0.128', length: 25, family: 4 } as const;
    expect(contains(prefix, '10.0.0.128')).toBe(true);
    expect(contains(prefix, '10.0.0.255')).toBe(true);
    expect(contains(prefix, '10.0.0.127')).toBe(false);
    expect(contains(prefix, '10.0.1.128')).toBe(false);
  });

  test('is false for the other family, even of the prefix of everything', () => {
    expect(contains({ address: '0.0.0.0', length: 0, family: 4 }, '::1')).toBe(false);
    expect(contains({ address: '::', length: 0, family: 6 }, '10.0.0.1')).toBe(false);
  });
});

test('networkOf clears the host bits and no others', () => {
  expect(networkOf({ address: '10.1.2.3', length: 20, family: 4 })).toBe('10.1.0.0');
  fc.assert(
    fc.property(neighbours, ({ a: address, length, family }) => {
      const bits = bitsOf(networkOf({ address, length, family }));
      expect(bits).toBe(bitsOf(address).slice(0, length).padEnd(bits.length, '0'));
    }),
  );
});

describe('solicitedNodeGroup', () => {
  test.each([
    // RFC 4291 section 2.7.1's own example.
    ['4037::01:800:200e:8c6c', 'ff02::1:ff0e:8c6c'],
    // What Linux asked for in a capture.
    ['fd00::abcd:ef02', 'ff02::1:ffcd:ef02'],
    ['fd00::1', 'ff02::1:ff00:1'],
    ['::', 'ff02::1:ff00:0'],
  ])('of %s is %s', (address, group) => {
    expect(solicitedNodeGroup(address)).toBe(group);
  });

  test('keeps the last 24 bits and nothing else', () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        expect(bitsOf(solicitedNodeGroup(address))).toBe(
          bitsOf('ff02::1:ff00:0').slice(0, 104) + bitsOf(address).slice(104),
        );
      }),
    );
  });
});
