import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAttributes } from '../../lib/netlink/attribute.ts';
import { decodeAcknowledgement, decodeMessages, encodeMessage } from '../../lib/netlink/message.ts';
import { bytes } from '../unit/arbitraries.ts';
import { hex } from '../unit/hex.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const message = fc.record({
  type: u16,
  flags: u16,
  header: bytes,
  attributes: fc.array(fc.tuple(fc.integer({ min: 0, max: 0x3fff }), bytes), { maxLength: 4 }),
});

describe('encodeMessage', () => {
  test('is nlmsghdr, the fixed header and the attributes', () => {
    // RTM_NEWLINK (16), NLM_F_REQUEST | NLM_F_ACK (5), sequence 7; ifinfomsg of ifindex 3; IFLA_IFNAME m1.
    const request = {
      type: 16,
      flags: 5,
      header: hex('00 00 0000 03000000 00000000 00000000'),
      attributes: [[3, Buffer.from('m1\0')]] as const,
    };
    expect(encodeMessage(request, 7)).toEqual(
      hex('28000000 1000 0500 07000000 00000000 00000000030000000000000000000000 0700 0300 6d310000'),
    );
  });

  test('pads a fixed header before the attributes', () => {
    const request = { type: 1, flags: 0, header: hex('0a'), attributes: [[1, hex('0b')]] as const };
    expect(encodeMessage(request, 0).subarray(16)).toEqual(hex('0a000000 0500 0100 0b000000'));
  });
});

describe('decodeMessages', () => {
  test('reads back what was encoded, however many in a datagram', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(message, u32), { maxLength: 4 }), (sent) => {
        const replies = decodeMessages(
          Buffer.concat(sent.map(([request, sequence]) => encodeMessage(request, sequence))),
        );
        const read = replies.map(({ type, flags, sequence, body }, index) => {
          const length = sent[index]?.[0].header.length ?? 0;
          const header = body.subarray(0, length);
          return [type, flags, sequence, header, decodeAttributes(body.subarray((length + 3) & ~3))];
        });
        expect(read).toEqual(
          sent.map(([{ type, flags, header, attributes }, sequence]) => [
            type,
            flags,
            sequence,
            header,
            new Map(attributes),
          ]),
        );
      }),
    );
  });

  test('finds the next message behind the padding of one of odd length (NLMSG_ALIGN)', () => {
    const first = '11000000 0200 0000 01000000 00000000 aa 000000';
    const second = '10000000 0300 0200 02000000 00000000';
    expect(decodeMessages(hex(first + second))).toEqual([
      { type: 2, flags: 0, sequence: 1, body: hex('aa') },
      { type: 3, flags: 2, sequence: 2, body: Buffer.alloc(0) },
    ]);
  });

  test('throws for a message longer than what is left', () => {
    expect(() => decodeMessages(hex('14000000 0200 0000 01000000 00000000'))).toThrow(
      new RangeError('netlink message of length 20 at byte 0 does not fit into 16 bytes'),
    );
  });

  test('throws for a message shorter than its header, rather than reading it for ever', () => {
    const done = '10000000 0300 0200 02000000 00000000';
    expect(() => decodeMessages(hex(`${done} 00000000 0200 0000 01000000 00000000`))).toThrow(
      new RangeError('netlink message of length 0 at byte 16 does not fit into 32 bytes'),
    );
  });

  test('throws nothing but RangeError, whatever it is given', () => {
    fc.assert(
      fc.property(bytes, (garbage) => {
        try {
          for (const reply of decodeMessages(garbage)) expect(reply.body.length).toBeLessThan(garbage.length);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          expect(error.message).toMatch(/^netlink message of length \d+ at byte \d+ does not fit into \d+ bytes$/);
        }
      }),
    );
  });
});

describe('decodeAcknowledgement', () => {
  // The 16 bytes of the refused request's own nlmsghdr stand behind the errno.
  const request = '28000000 1000 0500 07000000 00000000';
  const NLM_F_CAPPED = 0x100;
  const NLM_F_ACK_TLVS = 0x200;
  const reply = (type: number, flags: number, body: string) => ({ type, flags, sequence: 7, body: hex(body) });
  // NLMSGERR_ATTR_MSG (1): Link busy
  const sentence = `0e00 0100 ${Buffer.from('Link busy\0').toString('hex')} 0000`;

  test('errno 0 is the acknowledgement', () => {
    expect(decodeAcknowledgement(reply(2, NLM_F_CAPPED, `00000000 ${request}`))).toEqual({
      errno: 0,
      extendedAck: undefined,
    });
  });

  test('the errno is positive, as errno(3) has it', () => {
    // -16, EBUSY
    expect(decodeAcknowledgement(reply(2, NLM_F_CAPPED, `f0ffffff ${request}`))).toEqual({
      errno: 16,
      extendedAck: undefined,
    });
  });

  test("the kernel's sentence stands behind the request's header", () => {
    expect(decodeAcknowledgement(reply(2, NLM_F_CAPPED | NLM_F_ACK_TLVS, `f0ffffff ${request} ${sentence}`))).toEqual({
      errno: 16,
      extendedAck: 'Link busy',
    });
  });

  test('other attributes, such as the offset of the wrong one (NLMSGERR_ATTR_OFFS), are passed over', () => {
    const offset = '0800 0200 20000000';
    const body = `eaffffff ${request} ${offset}`;
    expect(decodeAcknowledgement(reply(2, NLM_F_ACK_TLVS, body))).toEqual({ errno: 22, extendedAck: undefined });
    expect(decodeAcknowledgement(reply(2, NLM_F_ACK_TLVS, `${body} ${sentence}`))).toEqual({
      errno: 22,
      extendedAck: 'Link busy',
    });
  });

  test('without the flag what follows is no sentence', () => {
    expect(decodeAcknowledgement(reply(2, 0, `f0ffffff ${request} ${sentence}`)).extendedAck).toBeUndefined();
  });

  test('a dump that failed says so in NLMSG_DONE, where no header stands between', () => {
    expect(decodeAcknowledgement(reply(3, NLM_F_ACK_TLVS, `eaffffff ${sentence}`))).toEqual({
      errno: 22,
      extendedAck: 'Link busy',
    });
  });
});
