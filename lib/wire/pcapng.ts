/** A capture as pcapng has it: devices, and the frames seen at them. */
export interface Capture {
  interfaces: readonly CaptureInterface[];
  packets: readonly CapturePacket[];
}

export interface CaptureInterface {
  /** `ns1/m1`: what Wireshark shows as the interface. */
  name: string;
  description?: string;
}

export interface CapturePacket {
  /** Its place in the list of interfaces. */
  interface: number;
  /** Since the epoch. */
  nanoseconds: bigint;
  /** The Ethernet frame, as far as it was captured. */
  bytes: Uint8Array;
  /** On the wire. @default the length of bytes */
  originalLength?: number;
  /** Into the namespace's stack, or out of it. */
  direction?: 'in' | 'out';
  /** Wireshark shows it above the packet. More than 65535 bytes are cut off. */
  comment?: string;
}

/** Block and option types, draft-ietf-opsawg-pcapng sections 4.1 to 4.3 and 3.5. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const OPTION = { end: 0, comment: 1, ifName: 2, ifDescription: 3, ifTsresol: 9, epbFlags: 2, shbUserappl: 4 } as const;

const LINKTYPE_ETHERNET = 1;
/** The negative power of ten that a timestamp counts. */
const NANOSECONDS = 9;
/** epb_flags, bits 0 and 1 (section 4.3.1). */
const DIRECTION = { in: 1, out: 2 } as const;

/** Type, total length, and the total length once more at the end (section 3.1). */
const BLOCK_OVERHEAD = 12;
const PACKET_HEADER = 20;
const LONGEST_OPTION = 0xffff;

/** A pcapng file of one section: interface names, nanoseconds, directions and comments, which pcap has no room for. */
export function encodePcapng({ interfaces, packets }: Capture): Buffer {
  const wrong = packets.findIndex((packet) => !(packet.interface in interfaces));
  if (wrong >= 0) {
    throw new RangeError(
      `packet ${wrong} names interface ${packets[wrong]?.interface}: there are ${interfaces.length}`,
    );
  }
  return Buffer.concat([encodeSection(), ...interfaces.map(encodeInterface), encodePackets(packets)]);
}

/** What a file begins with. Of unknown length (-1), so that captures can be put one behind the other. */
export function encodeSection(): Buffer {
  const fixed = Buffer.alloc(16);
  // Whoever reads it learns the byte order here, then the version, 1.0.
  fixed.writeUInt32LE(0x1a2b3c4d, 0);
  fixed.writeUInt16LE(1, 4);
  fixed.writeBigInt64LE(-1n, 8);
  return block(SECTION_HEADER, fixed, option(OPTION.shbUserappl, utf8('hairpin')));
}

/** An interface. The first of a section has the number 0; it may stand anywhere in front of its packets. */
export function encodeInterface({ name, description }: CaptureInterface): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(LINKTYPE_ETHERNET, 0);
  // The snap length stays 0: no limit.
  const described = description ? [option(OPTION.ifDescription, utf8(description))] : [];
  const named = option(OPTION.ifName, utf8(name));
  return block(INTERFACE_DESCRIPTION, fixed, named, ...described, option(OPTION.ifTsresol, Buffer.of(NANOSECONDS)));
}

/** The packets of a section, whose interfaces stand before. */
export function encodePackets(packets: readonly CapturePacket[]): Buffer {
  const comments = packets.map(({ comment }) => (comment ? utf8(comment) : undefined));
  const lengths = packets.map((packet, index) => packetLength(packet, comments[index]));
  // One allocation for all, since a long test's capture has a hundred thousand packets. It is zeroed: padding is 0.
  const blocks = Buffer.alloc(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const [index, packet] of packets.entries()) {
    const length = lengths[index] as number;
    writePacket(blocks.subarray(at, at + length), packet, comments[index]);
    at += length;
  }
  return blocks;
}

/** A block whose body ends in options. */
function block(type: number, fixed: Buffer, ...options: Buffer[]): Buffer {
  const body = Buffer.concat([fixed, ...options, option(OPTION.end, Buffer.alloc(0))]);
  const whole = Buffer.alloc(BLOCK_OVERHEAD + body.length);
  whole.writeUInt32LE(type, 0);
  whole.writeUInt32LE(whole.length, 4);
  body.copy(whole, 8);
  whole.writeUInt32LE(whole.length, whole.length - 4);
  return whole;
}

function option(code: number, value: Buffer): Buffer {
  const whole = Buffer.alloc(optionLength(value.length));
  writeOption(whole, 0, code, value);
  return whole;
}

function writeOption(into: Buffer, at: number, code: number, value: Buffer): number {
  into.writeUInt16LE(code, at);
  into.writeUInt16LE(value.length, at + 2);
  value.copy(into, at + 4);
  return at + optionLength(value.length);
}

function packetLength({ bytes, direction }: CapturePacket, comment: Buffer | undefined): number {
  const options = (comment ? optionLength(comment.length) : 0) + (direction ? optionLength(4) : 0);
  return BLOCK_OVERHEAD + PACKET_HEADER + padded(bytes.length) + options + (options > 0 ? optionLength(0) : 0);
}

function writePacket(into: Buffer, packet: CapturePacket, comment: Buffer | undefined): void {
  const { bytes, direction, nanoseconds } = packet;
  into.writeUInt32LE(ENHANCED_PACKET, 0);
  into.writeUInt32LE(into.length, 4);
  into.writeUInt32LE(packet.interface, 8);
  // The upper half comes first, in either byte order.
  into.writeUInt32LE(Number((nanoseconds >> 32n) & 0xffff_ffffn), 12);
  into.writeUInt32LE(Number(nanoseconds & 0xffff_ffffn), 16);
  into.writeUInt32LE(bytes.length, 20);
  into.writeUInt32LE(Math.max(bytes.length, packet.originalLength ?? 0), 24);
  into.set(bytes, 28);
  let at = 28 + padded(bytes.length);
  if (comment) at = writeOption(into, at, OPTION.comment, comment);
  if (direction) {
    into.writeUInt16LE(OPTION.epbFlags, at);
    into.writeUInt16LE(4, at + 2);
    into.writeUInt32LE(DIRECTION[direction], at + 4);
  }
  into.writeUInt32LE(into.length, into.length - 4);
}

/** With its code and length. */
function optionLength(length: number): number {
  return 4 + padded(length);
}

/** To a multiple of four, as section 3 has everything. */
function padded(length: number): number {
  return (length + 3) & ~3;
}

/** An option's value: cut at a character's edge where it is longer than its 16-bit length can say. */
function utf8(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST_OPTION) return bytes;
  let end = LONGEST_OPTION;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
