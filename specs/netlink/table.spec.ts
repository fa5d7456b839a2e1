import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bit, bits, invertedBit, maskedBits } from '../../lib/netlink/codec/bits.ts';
import { body } from '../../lib/netlink/codec/body.ts';
import { list } from '../../lib/netlink/codec/list.ts';
import { oneOf } from '../../lib/netlink/codec/one-of.ts';
import {
  be16,
  bool,
  bytes,
  device,
  flag,
  ip,
  mac,
  netns,
  pad,
  s32,
  string,
  u8,
  u16,
  u32,
  u64,
} from '../../lib/netlink/codec/scalars.ts';
import { struct } from '../../lib/netlink/codec/struct.ts';
import { attribute, attributes, table } from '../../lib/netlink/codec/table.ts';
import { flat, type Type } from '../../lib/netlink/codec/type.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import type { Names } from '../../lib/netlink/names.ts';
import * as arbitrary from '../unit/arbitraries.ts';
import { hex } from '../unit/hex.ts';

function written<W>(type: Type<unknown, W>, value: W): Buffer {
  const to = new Writer();
  type.write(to, value);
  return Buffer.from(to.bytes);
}

const names: Names = { namespace: 'ns1', device: (index) => `dev${index}`, netns: (fd) => `ns${fd}` };

const mode = oneOf(u32, 'MACVLAN_MODE_', { private: 1, vepa: 2, bridge: 4 });
const flags = bits(u16, {
  nodst: bit('MACVLAN_FLAG_NODST', 2, 'nodst'),
  promisc: invertedBit('MACVLAN_FLAG_NOPROMISC', 1, '', 'nopromisc'),
});

/** A table with every type of row. */
const everything = table({
  name: attribute('NAME', 1, string, { word: '' }),
  mtu: attribute('MTU', 2, u32, { ifAbsent: 1500 }),
  queueLength: attribute('QUEUE', 3, u8),
  offset: attribute('OFFSET', 4, s32, { word: false }),
  protocol: attribute('PROTOCOL', 5, be16, { word: 'proto' }),
  time: attribute('TIME', 6, u64),
  to: attribute('TO', 7, ip, { word: 'via inet' }),
  lladdr: attribute('LLADDR', 8, mac),
  hairpin: attribute('HAIRPIN', 9, bool(u8)),
  onlink: attribute('ONLINK', 10, flag),
  mode: attribute('MODE', 11, mode),
  flags: attribute('FLAGS', 12, flat(flags)),
  inner: attribute('INNER', 13, table({ link: attribute('LINK', 1, device), netns: attribute('NETNS', 2, netns) })),
  macaddr: attribute('MACADDR', 14, list(4, mac)),
  several: attributes('SEVERAL', 15, u16),
  data: attribute('DATA', 16, bytes),
});

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const index = fc.integer({ min: 0, max: 0x7fff_ffff });
const object = fc.record({
  name: optional(fc.stringMatching(/^[a-z0-9é.]{0,15}$/)),
  mtu: fc.integer({ min: 0, max: 0xffff_ffff }),
  queueLength: optional(fc.integer({ min: 0, max: 255 })),
  offset: optional(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })),
  protocol: optional(fc.integer({ min: 0, max: 0xffff })),
  time: optional(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  to: optional(fc.oneof(arbitrary.ipv4, arbitrary.ipv6)),
  lladdr: optional(arbitrary.mac),
  hairpin: optional(fc.boolean()),
  onlink: optional(fc.constant(true)),
  mode: optional(fc.constantFrom('private', 'vepa', 'bridge', '64' as const)),
  nodst: fc.boolean(),
  promisc: fc.boolean(),
  inner: optional(fc.record({ link: optional(index), netns: optional(index) })),
  macaddr: optional(fc.array(arbitrary.mac, { maxLength: 4 })),
  several: fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 }),
  data: optional(arbitrary.bytes),
});

describe('a table', () => {
  test('writes attributes in its own order: length, type, payload, padding', () => {
    // IFLA_IFNAME (3) m1 and IFLA_MTU (4) 1500, as `strace -e sendmsg ip link` shows them.
    const link = table({ name: attribute('IFLA_IFNAME', 3, string), mtu: attribute('IFLA_MTU', 4, u32) });
    expect(written(link, { mtu: 1500, name: 'm1' })).toEqual(hex('0700 0300 6d3100 00 0800 0400 dc050000'));
  });

  test('marks a nest with NLA_F_NESTED, and counts its padding', () => {
    // IFLA_LINKINFO (18) { IFLA_INFO_KIND (1) macvlan, IFLA_INFO_DATA (2) { IFLA_MACVLAN_MODE (1) vepa (2) } }
    const data = table({ mode: attribute('IFLA_MACVLAN_MODE', 1, mode) });
    const info = table({
      kind: attribute('IFLA_INFO_KIND', 1, string),
      data: attribute('IFLA_INFO_DATA', 2, data),
    });
    const link = table({ info: attribute('IFLA_LINKINFO', 18, info) });
    expect(written(link, { info: { kind: 'macvlan', data: { mode: 'vepa' } } })).toEqual(
      hex('1c00 1280 0c00 0100 6d6163766c616e00 0c00 0280 0800 0100 02000000'),
    );
  });

  test('leaves out what is undefined, and keeps what is empty', () => {
    expect(written(everything, { mtu: undefined, name: '', macaddr: [], several: [], onlink: false })).toEqual(
      hex('0500 0100 00 000000 0400 0e80'),
    );
  });

  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(everything.read(written(everything, value))).toEqual(value);
      }),
    );
  });

  test('passes over an attribute that it does not know, and keeps the last of one that comes twice', () => {
    expect(everything.read(hex('0800 6300 01000000 0500 0300 01 000000 0500 0300 02 000000'))).toMatchObject({
      queueLength: 2,
      mtu: 1500,
    });
  });

  test('throws nothing but RangeError, whatever it is given', () => {
    const whole = written(everything, {
      name: 'm1',
      mtu: 1,
      to: '10.0.0.1',
      inner: { link: 7 },
      macaddr: ['02:00:00:00:00:01'],
    });
    fc.assert(
      fc.property(fc.oneof(arbitrary.bytes, arbitrary.damaged(whole)), (garbage) => {
        try {
          everything.read(garbage);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
      }),
      arbitrary.numRuns(1000),
    );
  });

  test('says which attribute it could not read, and why', () => {
    expect(() => everything.read(hex('0600 0200 dc05 0000'))).toThrow(
      new RangeError('MTU: 2 bytes where there should be 4'),
    );
    expect(() => everything.read(hex('0700 0700 0a0000 00'))).toThrow(new RangeError('TO: 3 bytes are no IP address'));
    expect(() => everything.read(hex('0c00 0d80 0600 0100 0100 0000'))).toThrow(
      new RangeError('INNER: LINK: 2 bytes where there should be 4'),
    );
  });

  test('refuses to write an attribute that is too long for its length', () => {
    expect(() => written(everything, { data: Buffer.alloc(65_532) })).toThrow(
      new RangeError('a netlink attribute has 65535 bytes at most: received 65536'),
    );
    expect(written(everything, { data: Buffer.alloc(65_531) })).toHaveLength(65_536);
  });

  test('speaks as iproute2 does: a keyword and a value, in its own order', () => {
    const words = everything.words(
      {
        ...{ name: 'm1', mtu: 1500, queueLength: 7, offset: -1, protocol: 0x8100, to: 'fd00::1', hairpin: false },
        ...{ onlink: true, mode: 'vepa', nodst: true, promisc: false, inner: { link: 3, netns: 9 }, several: [1, 2] },
        macaddr: ['02:00:00:00:00:01', '02:00:00:00:00:02'],
      },
      names,
    );
    expect(words.join(' ')).toBe(
      'm1 mtu 1500 queue_length 7 proto 33024 via inet fd00::1 hairpin off onlink mode vepa nodst nopromisc inner link ' +
        'dev3 netns ns9 macaddr 02:00:00:00:00:01 02:00:00:00:00:02 several 1 several 2',
    );
    expect(everything.words({ onlink: false, mode: undefined }, names)).toEqual([]);
  });

  test('names the attributes that a byte is in', () => {
    const bytes = written(everything, { name: 'm1', inner: { link: 7, netns: 8 } });
    // NAME is at 0, INNER at 8 with LINK at 12 and NETNS at 20.
    expect([0, 6, 8, 12, 16, 20, 24, 28].map((at) => everything.pathAt(bytes, at))).toEqual([
      ['NAME'],
      ['NAME'],
      ['INNER'],
      ...[12, 16].map(() => ['INNER', 'LINK']),
      ...[20, 24].map(() => ['INNER', 'NETNS']),
      [],
    ]);
    expect(everything.pathAt(hex('0400 6300'), 0)).toEqual(['attribute 99']);
  });
});

describe('a struct', () => {
  const header = struct('ifinfomsg', {
    family: u8,
    padding: pad(1),
    type: u16,
    index: s32,
    flags: flat(
      maskedBits(u32, { up: bit('IFF_UP', 1, 'up', 'down'), arp: invertedBit('IFF_NOARP', 0x80, 'arp on', 'arp off') }),
    ),
  });

  test('has its fields one behind the other, and zeroes for what it is not told', () => {
    expect(written(header, { index: 7, type: 1 })).toEqual(hex('00 00 0100 07000000 00000000 00000000'));
  });

  test('says of bits which are meant', () => {
    expect(written(header, { up: true }).subarray(8)).toEqual(hex('01000000 01000000'));
    expect(written(header, { up: false, arp: false }).subarray(8)).toEqual(hex('80000000 81000000'));
    expect(written(header, { arp: true }).subarray(8)).toEqual(hex('00000000 80000000'));
  });

  test('has the properties of its bits beside the others', () => {
    const read = header.read(hex('00 00 0100 07000000 81000000 00000000'));
    expect(read).toEqual({ family: 0, type: 1, index: 7, up: true, arp: false });
  });

  test('may be longer than it is known, as later kernels make it, and not shorter', () => {
    expect(header.read(hex('00 00 0100 07000000 01000000 00000000 ffff')).index).toBe(7);
    expect(() => header.read(hex('00 00 0100'))).toThrow(new RangeError('4 bytes where there should be 16'));
  });

  test('with attributes behind it is one object', () => {
    const link = body(header, table({ mtu: attribute('IFLA_MTU', 4, u32) }));
    const value = { family: 0, type: 0, index: 7, up: true, arp: true, mtu: 1400 };
    expect(link.read(written(link, value))).toEqual(value);
    expect(link.words(value, names)).toEqual(['up', 'arp', 'on', 'mtu', '1400']);
    expect([4, 16, 20].map((at) => link.pathAt?.(written(link, value), at))).toEqual([
      ['ifinfomsg'],
      ['IFLA_MTU'],
      ['IFLA_MTU'],
    ]);
  });
});
