import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUdp, encodeUdp } from '../../lib/wire/udp.ts';
import { bytes, damaged } from './arbitraries.ts';
import { hex } from './hex.ts';

// `tcpdump -xx` of Linux sending abc from port 4000 to 9; its checksum is 141f (offloaded, so of no meaning).
const CAPTURED = hex('0fa0 0009 000b 141f 616263');
const datagram = { sourcePort: 4000, destinationPort: 9, payload: hex('616263') };

test('a datagram is what Linux sends, without the checksum', () => {
  expect(encodeUdp(datagram)).toEqual(hex('0fa0 0009 000b 0000 616263'));
});

describe('decodeUdp', () => {
  test("reads Linux's datagram", () => {
    expect(decodeUdp(CAPTURED)).toEqual(datagram);
  });

  test('drops what follows, and has what is there of a payload that was cut off', () => {
    expect(decodeUdp(Buffer.concat([CAPTURED, Buffer.alloc(7)]))).toEqual(datagram);
    expect(decodeUdp(CAPTURED.subarray(0, 9))?.payload).toEqual(hex('61'));
  });

  test('has an empty payload where the length lies below the header', () => {
    expect(decodeUdp(hex('0fa0 0009 0000 0000 616263'))?.payload).toHaveLength(0);
  });

  test('reads back what was encoded', () => {
    const port = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.record({ sourcePort: port, destinationPort: port, payload: bytes }), (each) => {
        expect(decodeUdp(encodeUdp(each))).toEqual(each);
      }),
    );
  });

  test('knows no datagram in less than a header, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged(CAPTURED)), (garbage) => {
        expect(decodeUdp(garbage) === undefined).toBe(garbage.length < 8);
      }),
    );
  });
});
