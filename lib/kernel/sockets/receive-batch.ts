import koffi from 'koffi';
import { MSG_DONTWAIT } from '../constants.ts';
import { lastErrno, recvmmsg } from '../libc.ts';
import { nothingToReceive } from './receive-errno.ts';
import { SOCKADDR_MAX } from './socket-address.ts';

/** Datagrams a system call, and bytes of each; what is longer is cut off. */
export const BATCH = 64;
const DATA_LENGTH = 2048;
const CONTROL_LENGTH = 128;

// struct mmsghdr on a 64-bit machine: msghdr (name, namelen, iov, iovlen, control, controllen, flags), then msg_len.
// musl's has 32-bit lengths with padding behind them, which comes to the same bytes on little-endian.
const HEADER_LENGTH = 64;
const IOVEC_LENGTH = 16;
const CMSGHDR_LENGTH = 16;
const NAME_LENGTH_AT = 8;
const CONTROL_LENGTH_AT = 40;
const RECEIVED_LENGTH_AT = 56;

/** One datagram of a batch. The buffers are used again by the next batch. */
export interface BatchItem {
  data: Buffer;
  /** The raw `sockaddr`. */
  from: Buffer;
  /** Ancillary messages as they came, for {@link controlMessage}. */
  control: Buffer;
}

/** How many slots the kernel has written to since they were made ready. */
let written = BATCH;

// One piece of memory, so that nothing that the kernel is given the address of can be collected by itself.
const sizes = [HEADER_LENGTH, IOVEC_LENGTH, DATA_LENGTH, SOCKADDR_MAX, CONTROL_LENGTH].map((size) => size * BATCH);
const memory = Buffer.allocUnsafeSlow(sizes.reduce((sum, size) => sum + size, 0)).fill(0);
const [headers, vectors, data, names, control] = sizes.map((size, index) => {
  const start = sizes.slice(0, index).reduce((sum, each) => sum + each, 0);
  return memory.subarray(start, start + size);
}) as [Buffer, Buffer, Buffer, Buffer, Buffer];
for (let slot = 0; slot < BATCH; slot++) {
  const header = slot * HEADER_LENGTH;
  const vector = slot * IOVEC_LENGTH;
  vectors.writeBigUInt64LE(koffi.address(data) + BigInt(slot * DATA_LENGTH), vector);
  vectors.writeBigUInt64LE(BigInt(DATA_LENGTH), vector + 8);
  headers.writeBigUInt64LE(koffi.address(names) + BigInt(slot * SOCKADDR_MAX), header);
  headers.writeBigUInt64LE(koffi.address(vectors) + BigInt(vector), header + 16);
  headers.writeBigUInt64LE(1n, header + 24);
  headers.writeBigUInt64LE(koffi.address(control) + BigInt(slot * CONTROL_LENGTH), header + 32);
}

/**
 * Takes up to {@link BATCH} datagrams that are there, in one system call (`recvmmsg`).
 *
 * @throws KernelError when it is not known whether any is there (`ENOMEM`)
 */
export function receiveBatch(fd: number): BatchItem[] {
  const items: BatchItem[] = [];
  written = receive(fd);
  for (let slot = 0; slot < written; slot++) items.push(readSlot(slot));
  return items;
}

/** The data of the ancillary message of a kind (`struct cmsghdr`), if there is one. */
export function controlMessage(
  { control }: Pick<BatchItem, 'control'>,
  level: number,
  type: number,
): Buffer | undefined {
  // A 64-bit length that counts the header, level, type; each message padded to eight bytes.
  for (let at = 0; at + CMSGHDR_LENGTH <= control.length; ) {
    const length = Number(control.readBigUInt64LE(at));
    // As CMSG_NXTHDR: one that cannot be right is the end.
    if (length < CMSGHDR_LENGTH || length > control.length - at) return undefined;
    if (control.readInt32LE(at + 8) === level && control.readInt32LE(at + 12) === type)
      return control.subarray(at + CMSGHDR_LENGTH, at + length);
    at += Math.ceil(length / 8) * 8;
  }
  return undefined;
}

/** How many datagrams were received. */
function receive(fd: number): number {
  for (;;) {
    // What the last call has written over; it is called for every passing assertion, so the rest is left.
    for (let slot = 0; slot < written; slot++) {
      headers.writeUInt32LE(SOCKADDR_MAX, slot * HEADER_LENGTH + NAME_LENGTH_AT);
      headers.writeUInt32LE(CONTROL_LENGTH, slot * HEADER_LENGTH + CONTROL_LENGTH_AT);
    }
    const count = recvmmsg(fd, headers, BATCH, MSG_DONTWAIT, null);
    if (count >= 0) return count;
    const errno = lastErrno();
    // What an error has written is not known.
    written = BATCH;
    if (nothingToReceive('recvmmsg', errno)) return 0;
  }
}

function readSlot(slot: number): BatchItem {
  const header = slot * HEADER_LENGTH;
  const length = headers.readUInt32LE(header + RECEIVED_LENGTH_AT);
  const controlLength = headers.readUInt32LE(header + CONTROL_LENGTH_AT);
  return {
    data: data.subarray(slot * DATA_LENGTH, slot * DATA_LENGTH + length),
    from: names.subarray(slot * SOCKADDR_MAX, (slot + 1) * SOCKADDR_MAX),
    control: control.subarray(slot * CONTROL_LENGTH, slot * CONTROL_LENGTH + controlLength),
  };
}
