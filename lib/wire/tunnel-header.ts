import { bareHeader, ETHERTYPE } from './ethernet.ts';
import type { Family } from './ip-address.ts';
import { packetBehindTags } from './ip-packet.ts';
import { IP_PROTOCOL } from './ipv4.ts';

/** The header between an outer packet and what it carries; `ip`: none. */
export type TunnelHeader = 'vxlan' | 'geneve' | 'gre' | 'ip';

/** The outer packet of a tunnel. */
export interface OuterPacket {
  header: TunnelHeader;
  family: Family;
  source: string;
  destination: string;
  /** The UDP port that it is for. */
  port?: number;
  /** The virtual network identifier (VNI). */
  id?: number;
  /** The key of GRE (RFC 2890). */
  key?: number;
  /** Whether its GRE header has a checksum, and a sequence number. Undefined for other tunnels. */
  hasChecksum?: boolean;
  hasSequence?: boolean;
  /** Its VXLAN header as a number of 64 bits, where the VNI is 0. */
  headerBits?: bigint;
  /** Whether it has a UDP checksum. Undefined for tunnels without UDP. */
  hasUdpChecksum?: boolean;
  /** What it carries: a whole frame, or a packet with an Ethernet header put before it. */
  inner: Buffer;
  /** Its EtherType where it is a packet; undefined where it is a frame. */
  etherType: number | undefined;
}

type Inside = Pick<
  OuterPacket,
  'port' | 'id' | 'key' | 'hasChecksum' | 'hasSequence' | 'headerBits' | 'hasUdpChecksum'
> & {
  etherType: number | undefined;
  payload: Buffer;
};

/** The outer packet in a frame, if it has such a header; undefined for whatever else is in it. */
export function outerPacketOf(bytes: Buffer, header: TunnelHeader): OuterPacket | undefined {
  const packet = packetBehindTags(bytes);
  if (!packet) return undefined;
  const { family, source, destination } = packet;
  const inside = READERS[header](behindOptions(packet));
  if (!inside) return undefined;
  const { payload, etherType, ...said } = inside;
  const inner = etherType === undefined ? payload : Buffer.concat([bareHeader(etherType), payload]);
  return { header, family, source, destination, ...said, etherType, inner };
}

/** The protocols of the outer packets with a header, but for those that UDP carries. */
export const OUTER_PROTOCOLS: Readonly<Record<TunnelHeader, readonly number[]>> = {
  ...{ vxlan: [], geneve: [] },
  ...{ gre: [IP_PROTOCOL.gre], ip: [IP_PROTOCOL.ipip, IP_PROTOCOL.ipv6] },
};

interface Carried {
  protocol: number;
  payload: Buffer;
}

const READERS: Record<TunnelHeader, (carried: Carried) => Inside | undefined> = { vxlan, geneve, gre, ip };

/** RFC 7348 section 5; only headers whose I flag says that there is a VNI. */
function vxlan({ protocol, payload }: Carried): Inside | undefined {
  if (protocol !== IP_PROTOCOL.udp || payload.length < UDP + 8 || (payload.readUInt8(UDP) & 0x08) === 0)
    return undefined;
  const id = payload.readUIntBE(UDP + 4, 3);
  const headerBits = payload.readBigUInt64BE(UDP) & ~VNI_BITS;
  const hasUdpChecksum = payload.readUInt16BE(6) !== 0;
  return {
    ...{ port: payload.readUInt16BE(2), id, headerBits, hasUdpChecksum },
    ...{ etherType: undefined, payload: payload.subarray(UDP + 8) },
  };
}

/** RFC 8926 section 3.4. */
function geneve({ protocol, payload }: Carried): Inside | undefined {
  if (protocol !== IP_PROTOCOL.udp || payload.length < UDP + 8) return undefined;
  const [version, options] = [payload.readUInt8(UDP) >> 6, (payload.readUInt8(UDP) & 0x3f) * 4];
  if (version !== 0) return undefined;
  const id = payload.readUIntBE(UDP + 4, 3);
  const etherType = typeOf(payload.readUInt16BE(UDP + 2));
  return { port: payload.readUInt16BE(2), id, etherType, payload: payload.subarray(UDP + 8 + options) };
}

/** RFC 2784 section 2, RFC 2890 section 2. */
function gre({ protocol, payload }: Carried): Inside | undefined {
  if (protocol !== IP_PROTOCOL.gre || payload.length < 4) return undefined;
  const flags = payload.readUInt16BE(0);
  if ((flags & ~(CHECKSUM | KEY | SEQUENCE)) !== 0) return undefined;
  const has = (flag: number) => (flags & flag) !== 0;
  const [hasChecksum, hasKey, hasSequence] = [has(CHECKSUM), has(KEY), has(SEQUENCE)];
  const at = hasChecksum ? 8 : 4;
  const end = greLength(flags);
  if (payload.length < end) return undefined;
  const etherType = typeOf(payload.readUInt16BE(2));
  const key = hasKey ? { key: payload.readUInt32BE(at) } : {};
  return { hasChecksum, hasSequence, ...key, etherType, payload: payload.subarray(end) };
}

/** How long a GRE header with these flags is: a checksum, a key and a sequence number have 4 bytes each. */
export function greLength(flags: number): number {
  return 4 + 4 * [CHECKSUM, KEY, SEQUENCE].filter((flag) => (flags & flag) !== 0).length;
}

/** RFC 2003, RFC 4213, RFC 2473. */
function ip({ protocol, payload }: Carried): Inside | undefined {
  const etherType =
    protocol === IP_PROTOCOL.ipip ? ETHERTYPE.ipv4 : protocol === IP_PROTOCOL.ipv6 ? ETHERTYPE.ipv6 : undefined;
  return etherType === undefined ? undefined : { etherType, payload };
}

/** An ip6tnl says in destination options how many further tunnels a packet may enter (RFC 2473 section 4.1.1). */
function behindOptions({ protocol, payload }: Carried): Carried {
  if (protocol !== IP_PROTOCOL.destinationOptions || payload.length < 8) return { protocol, payload };
  return { protocol: payload.readUInt8(0), payload: payload.subarray((payload.readUInt8(1) + 1) * 8) };
}

const UDP = 8;
const VNI_BITS = 0xffffff00n;
const [CHECKSUM, KEY, SEQUENCE] = [0x8000, 0x2000, 0x1000];
/** Transparent Ethernet Bridging: a whole frame follows. */
const TEB = 0x6558;

function typeOf(etherType: number): number | undefined {
  return etherType === TEB ? undefined : etherType;
}
