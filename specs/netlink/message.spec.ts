import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { decodeAcknowledgement, decodeMessages, writeMessage } from '../../lib/netlink/message.ts';
import { bytes } from '../unit/arbitraries.ts';
import { hex } from '../unit/hex.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const message = fc.record({ type: u16, flags: u16, sequence: u32, body: bytes });

/** Messages with these bodies, as they are sent together. */
function written(...messages: { type: number; flags: number; sequence: number; body: Buffer }[]): Buffer {
  const to = new Writer();
  for (const { body, ...header } of messages) {
    writeMessage(to, header, () => to.put(body));
  }
  return to.bytes;
}

describe('writeMessage', () => {
  test('is nlmsghdr, and the body behind it', () => {
    // RTM_NEWLINK (16), NLM_F_REQUEST | NLM_F_ACK (5), sequence 7; ifinfomsg of ifindex 3.
    const body = hex('00 00 0000 03000000 00000000 00000000');
    expect(written({ type: 16, flags: 5, sequence: 7, body })).toEqual(
      hex('20000000 1000 0500 07000000 00000000 00000000030000000000000000000000'),
    );
  });

  test('has the next message begin at a multiple of four', () => {
    const first = { type: 1, flags: 0, sequence: 1, body: hex('0a') };
    expect(written(first, { ...first, sequence: 2 })).toEqual(
      hex('14000000 0100 0000 01000000 00000000 0a000000 14000000 0100 0000 02000000 00000000 0a000000'),
    );
  });
});

describe('decodeMessages', () => {
  test('reads back what was written, however many in a datagram', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (sent) => {
        const padded = (body: Buffer) => Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
        expect(decodeMessages(written(...sent))).toEqual(sent.map((each) => ({ ...each, body: padded(each.body) })));
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
      offset: undefined,
    });
  });

  test('the errno is positive, as errno(3) has it', () => {
    // -16, EBUSY
    expect(decodeAcknowledgement(reply(2, NLM_F_CAPPED, `f0ffffff ${request}`))).toEqual({
      errno: 16,
      extendedAck: undefined,
      offset: undefined,
    });
  });

  test("the kernel's sentence stands behind the request's header", () => {
    expect(decodeAcknowledgement(reply(2, NLM_F_CAPPED | NLM_F_ACK_TLVS, `f0ffffff ${request} ${sentence}`))).toEqual({
      errno: 16,
      extendedAck: 'Link busy',
      offset: undefined,
    });
  });

  test('the place of the refused attribute (NLMSGERR_ATTR_OFFS) counts from the body, and needs no sentence', () => {
    const offset = '0800 0200 24000000';
    const body = `eaffffff ${request} ${offset}`;
    expect(decodeAcknowledgement(reply(2, NLM_F_ACK_TLVS, body))).toEqual({
      errno: 22,
      extendedAck: undefined,
      offset: 20,
    });
    expect(decodeAcknowledgement(reply(2, NLM_F_ACK_TLVS, `${body} ${sentence}`))).toEqual({
      errno: 22,
      extendedAck: 'Link busy',
      offset: 20,
    });
  });

  test('without the flag what follows is no sentence', () => {
    expect(decodeAcknowledgement(reply(2, 0, `f0ffffff ${request} ${sentence}`)).extendedAck).toBeUndefined();
  });

  test('a dump that failed says so in NLMSG_DONE, where no header stands between', () => {
    expect(decodeAcknowledgement(reply(3, NLM_F_ACK_TLVS, `eaffffff ${sentence}`))).toEqual({
      errno: 22,
      extendedAck: 'Link busy',
      offset: undefined,
    });
  });
});
