import { readCString } from '../kernel/bytes.ts';
import { NLM_F_ACK_TLVS, NLMSG_ERROR, NLMSGERR_ATTR_MSG } from '../kernel/constants.ts';
import { type Attribute, align, decodeAttributes, encodeAttributes } from './attribute.ts';

const HEADER = 16;

/** A request to the kernel: the message's type, flags, its fixed header (`ifinfomsg` …) and its attributes. */
export interface Request {
  type: number;
  flags: number;
  header: Uint8Array;
  attributes: readonly Attribute[];
}

/** One message of the kernel's answer, split from its neighbours but not yet decoded. */
export interface Reply {
  type: number;
  flags: number;
  sequence: number;
  /** What follows `nlmsghdr`. */
  body: Buffer;
}

/** What `NLMSG_ERROR` says; errno 0 is the acknowledgement. */
export interface Acknowledgement {
  errno: number;
  extendedAck: string | undefined;
}

export function encodeMessage({ type, flags, header, attributes }: Request, sequence: number): Buffer {
  const body = encodeAttributes(attributes);
  const message = Buffer.alloc(HEADER + align(header.length) + body.length);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(flags, 6);
  message.writeUInt32LE(sequence, 8);
  message.set(header, HEADER);
  message.set(body, HEADER + align(header.length));
  return message;
}

/**
 * Splits a datagram into its messages.
 *
 * @throws RangeError when a message says it is longer than what is left
 */
export function decodeMessages(datagram: Buffer): Reply[] {
  const replies: Reply[] = [];
  let at = 0;
  while (at + HEADER <= datagram.length) {
    const length = datagram.readUInt32LE(at);
    if (length < HEADER || at + length > datagram.length) {
      throw new RangeError(
        `netlink message of length ${length} at byte ${at} does not fit into ${datagram.length} bytes`,
      );
    }
    replies.push({
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      body: datagram.subarray(at + HEADER, at + length),
    });
    at += align(length);
  }
  return replies;
}

/** Reads `nlmsgerr`, which both `NLMSG_ERROR` and (after a dump that failed) `NLMSG_DONE` carry. */
export function decodeAcknowledgement({ type, flags, body }: Reply): Acknowledgement {
  const errno = body.length >= 4 ? 0 - body.readInt32LE(0) : 0;
  // With NETLINK_CAP_ACK the request's own body is left out, only its header (for NLMSG_ERROR) stands before the TLVs.
  const tlvs = body.subarray(type === NLMSG_ERROR ? 4 + HEADER : 4);
  const message = flags & NLM_F_ACK_TLVS ? decodeAttributes(tlvs).get(NLMSGERR_ATTR_MSG) : undefined;
  return { errno, extendedAck: message && readCString(message) };
}
