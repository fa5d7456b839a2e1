import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Capture, type CapturePacket, encodePcapng } from '../../lib/wire/pcapng.ts';
import { hex } from './hex.ts';
import { type Block, readBlocks } from './pcapng-reader.ts';

const frame = hex('ffffffffffff 020000000001 88b5 01');
const interfaces = [{ name: 'ns1/m1' }];
const packet = { interface: 0, nanoseconds: 0n, bytes: frame };

/** The one packet's block. */
const blockOf = (each: CapturePacket) => readBlocks(encodePcapng({ interfaces, packets: [each] })).at(-1) as Block;
const optionsOf = ({ options }: Block) => options.map(({ code, value }) => [code, value]);

test('a section of version 1.0 and unknown length says who wrote it', () => {
  const [section, ...rest] = readBlocks(encodePcapng({ interfaces: [], packets: [] }));
  expect(section).toEqual({
    type: 0x0a0d0d0a,
    fixed: hex('4d3c2b1a 0100 0000 ffffffffffffffff'),
    options: [{ code: 4, value: Buffer.from('hairpin') }],
  });
  expect(rest).toEqual([]);
});

test('an interface is Ethernet without a snap length, by name, in nanoseconds', () => {
  const described = { name: 'host/up0', description: 'veth 02:00:00:00:00:65' };
  const [, first, second] = readBlocks(encodePcapng({ interfaces: [...interfaces, described], packets: [] }));
  expect(first).toMatchObject({ type: 1, fixed: hex('0100 0000 00000000') });
  expect(optionsOf(first as Block)).toEqual([
    [2, Buffer.from('ns1/m1')],
    [9, Buffer.of(9)],
  ]);
  expect(optionsOf(second as Block)).toEqual([
    [2, Buffer.from('host/up0')],
    [3, Buffer.from('veth 02:00:00:00:00:65')],
    [9, Buffer.of(9)],
  ]);
});

describe('a packet', () => {
  test('has its interface, its time with the upper half first, and both lengths', () => {
    const { type, fixed } = blockOf({ ...packet, nanoseconds: 0x0123_4567_89ab_cdefn, originalLength: 1514 });
    expect(type).toBe(6);
    expect(fixed).toEqual(Buffer.concat([hex('00000000 67452301 efcdab89 0f000000 ea050000'), frame, Buffer.alloc(1)]));
  });

  test('has no options unless it is told some', () => {
    expect(blockOf(packet).options).toEqual([]);
    expect(blockOf({ ...packet, comment: '' }).options).toEqual([]);
  });

  test.each([
    ['in', 1],
    ['out', 2],
  ] as const)('went %s', (direction, flags) => {
    expect(optionsOf(blockOf({ ...packet, direction }))).toEqual([[2, Buffer.of(flags, 0, 0, 0)]]);
  });

  test('has a comment of any script', () => {
    const block = blockOf({ ...packet, direction: 'in', comment: 'verloren: hairpin ist aus ✗' });
    expect(optionsOf(block)).toEqual([
      [1, Buffer.from('verloren: hairpin ist aus ✗')],
      [2, Buffer.of(1, 0, 0, 0)],
    ]);
  });

  test('has a comment that is too long cut off before a character, not in it', () => {
    const [comment] = blockOf({ ...packet, comment: 'a✗'.repeat(20_000) }).options;
    expect(comment?.value.length).toBeGreaterThan(0xffff - 4);
    expect(`${comment?.value}`).toMatch(/^(a✗)+a?$/);
  });

  test('of an interface that is not there is refused', () => {
    const packets = [packet, { ...packet, interface: 1 }];
    expect(() => encodePcapng({ interfaces, packets })).toThrow('packet 1 names interface 1: there are 1');
  });
});

test('whatever goes in can be read back', () => {
  const optional = { requiredKeys: ['interface', 'nanoseconds', 'bytes'] as ('interface' | 'nanoseconds' | 'bytes')[] };
  const capture: fc.Arbitrary<Capture> = fc
    .array(fc.record({ name: fc.string({ unit: 'binary' }), description: fc.string({ minLength: 1 }) }), {
      minLength: 1,
    })
    .chain((devices) =>
      fc.record({
        interfaces: fc.constant(devices),
        packets: fc.array(
          fc.record(
            {
              interface: fc.nat({ max: devices.length - 1 }),
              nanoseconds: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
              bytes: fc.uint8Array({ maxLength: 70 }),
              originalLength: fc.nat({ max: 70_000 }),
              direction: fc.constantFrom('in' as const, 'out' as const),
              comment: fc.string({ minLength: 1, unit: 'grapheme' }),
            },
            optional,
          ),
        ),
      }),
    );
  fc.assert(
    fc.property(capture, (each) => {
      const [, ...blocks] = readBlocks(encodePcapng(each));
      const devices = blocks.slice(0, each.interfaces.length);
      expect(devices.map(({ options }) => options[0]?.value)).toEqual(
        each.interfaces.map(({ name }) => Buffer.from(name)),
      );
      expect(blocks.slice(each.interfaces.length).map(readPacket)).toEqual(each.packets.map(expectedOf));
    }),
  );
});

test('a hundred thousand packets make a file', () => {
  const packets = Array.from({ length: 100_000 }, (_, index) => ({
    interface: 0,
    nanoseconds: 1_700_000_000_000_000_000n + BigInt(index),
    bytes: frame,
    direction: 'in' as const,
  }));
  const file = encodePcapng({ interfaces, packets });
  expect(readBlocks(file)).toHaveLength(100_002);
});

function readPacket({ fixed, options }: Block) {
  const captured = fixed.readUInt32LE(12);
  return {
    interface: fixed.readUInt32LE(0),
    nanoseconds: (BigInt(fixed.readUInt32LE(4)) << 32n) | BigInt(fixed.readUInt32LE(8)),
    bytes: fixed.subarray(20, 20 + captured),
    originalLength: fixed.readUInt32LE(16),
    options: options.map(({ code, value }) => [code, code === 1 ? value.toString() : value.readUInt32LE(0)]),
  };
}

function expectedOf({ interface: index, nanoseconds, bytes, originalLength, direction, comment }: CapturePacket) {
  return {
    interface: index,
    nanoseconds,
    bytes: Buffer.from(bytes),
    // A frame is never shorter on the wire than in the capture.
    originalLength: Math.max(bytes.length, originalLength ?? 0),
    options: [...(comment ? [[1, comment]] : []), ...(direction ? [[2, direction === 'in' ? 1 : 2]] : [])],
  };
}
