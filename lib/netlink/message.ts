import { readCString } from '../kernel/bytes.ts';
import { NLM_F_ACK_TLVS, NLMSG_ERROR } from '../kernel/constants.ts';
import { align, decodeAttributes } from './codec/attribute.ts';
import type { Writer } from './codec/writer.ts';

const HEADER = 16;
const NLMSGERR_ATTR_MSG = 1;
const NLMSGERR_ATTR_OFFS = 2;

/** One message of the kernel's answer, split from its neighbours but not yet decoded. */
export interface Reply {
  type: number;
  flags: number;
  sequence: number;
  /** What follows `nlmsghdr`: a view, good until the next answer comes. */
  body: Buffer;
}

/** What `NLMSG_ERROR` says; errno 0 is the acknowledgement. */
export interface Acknowledgement {
  errno: number;
  extendedAck: string | undefined;
  /** Where in the request's body the attribute is that the kernel refuses. */
  offset: number | undefined;
}

/** Writes a message: `nlmsghdr`, and behind it what `body` writes. */
export function writeMessage(
  to: Writer,
  { type, flags, sequence }: Omit<Reply, 'body'>,
  body: (to: Writer) => void,
): void {
  const start = to.reserve(HEADER);
  to.buffer.writeUInt16LE(type, start + 4);
  to.buffer.writeUInt16LE(flags, start + 6);
  to.buffer.writeUInt32LE(sequence, start + 8);
  body(to);
  to.buffer.writeUInt32LE(to.length - start, start);
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
  const attributes = flags & NLM_F_ACK_TLVS ? decodeAttributes(tlvs) : new Map<number, Buffer>();
  const [message, offset] = [attributes.get(NLMSGERR_ATTR_MSG), attributes.get(NLMSGERR_ATTR_OFFS)];
  return {
    errno,
    extendedAck: message && readCString(message),
    offset: offset?.length === 4 ? offset.readUInt32LE(0) - HEADER : undefined,
  };
}
