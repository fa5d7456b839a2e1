import { asNumber, be64, bytes, ip4, ip6, u8 } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import { bytesOf } from '../codec/writer.ts';
import { NUMBERS } from '../names.ts';
import { readRoutingHeader, routingHeader } from './routing-header.ts';
import { readSeg6Local, type Seg6Local, seg6localBody, writeSeg6Local } from './seg6local.ts';

/** What a route wraps its packets in (`encap`): one of these. */
export interface Encap {
  /** MPLS labels, the outermost first. */
  mpls?: readonly number[];
  /** An IPv4 tunnel's header: for a device that is `external`. */
  ip?: { id?: number; dst: string; src?: string; ttl?: number; tos?: number };
  ip6?: { id?: number; dst: string; src?: string; hoplimit?: number; tc?: number };
  /** Segment routing (RFC 8754): the segments in the order in which they are passed. */
  seg6?: { mode: SegmentMode; segs: readonly string[] };
  /** What a router does with packets for one of its segments (RFC 8986). The route is an IPv6 one, to the segment. */
  seg6local?: Seg6Local;
}

/** `SEG6_IPTUN_MODE_*`. */
export const SEGMENT_MODES = ['inline', 'encap', 'l2encap'] as const;
type SegmentMode = (typeof SEGMENT_MODES)[number];

/** `LWTUNNEL_ENCAP_*`. */
const ENCAP_TYPES = { mpls: 1, ip: 2, ip6: 4, seg6: 5, seg6local: 7 } as const;
type EncapType = keyof typeof ENCAP_TYPES;

const id = asNumber(be64);

const LAST_LABEL = 0x100;

/** `struct mpls_label`: 20 bits of label, 3 of traffic class, 1 that says it is the last, 8 of TTL. */
const labels: Type<readonly number[]> = {
  write: (to, all) => {
    const stack = Buffer.alloc(4 * all.length);
    for (const [at, label] of all.entries())
      stack.writeUInt32BE(((label << 12) | (at === all.length - 1 ? LAST_LABEL : 0)) >>> 0, 4 * at);
    bytes.write(to, stack);
  },
  read: (stack) => Array.from({ length: stack.length / 4 }, (_, at) => stack.readUInt32BE(4 * at) >>> 12),
  words: (all) => [all.join('/')],
};

/** `struct seg6_iptunnel_encap`: the mode, and behind it the routing header. */
const segments: Type<{ mode: SegmentMode; segs: readonly string[] }> = {
  write: (to, { mode, segs }) => {
    const before = Buffer.alloc(4);
    before.writeInt32LE(SEGMENT_MODES.indexOf(mode));
    // Of a header that is put in, the last is the packet's own destination (seg6_do_srh_inline).
    const all = mode === 'inline' ? [...segs, '::'] : segs;
    bytes.write(to, Buffer.concat([before, routingHeader(all)]));
  },
  read: (header) => {
    const mode = SEGMENT_MODES[header.readInt32LE(0)];
    if (!mode) throw new RangeError(`${header.readInt32LE(0)} is no known mode of SRv6`);
    const all = readRoutingHeader(header.subarray(4));
    return { mode, segs: mode === 'inline' ? all.slice(0, -1) : all };
  },
  words: ({ mode, segs }) => ['mode', mode, 'segs', segs.join(',')],
};

/** What is in `RTA_ENCAP`, by the type beside it. */
const encapBodies = {
  mpls: table({ labels: attribute('MPLS_IPTUNNEL_DST', 1, labels, { word: '' }) }),
  ip: table({
    id: attribute('LWTUNNEL_IP_ID', 1, id),
    dst: attribute('LWTUNNEL_IP_DST', 2, ip4),
    src: attribute('LWTUNNEL_IP_SRC', 3, ip4),
    ttl: attribute('LWTUNNEL_IP_TTL', 4, u8),
    tos: attribute('LWTUNNEL_IP_TOS', 5, u8),
  }),
  ip6: table({
    id: attribute('LWTUNNEL_IP6_ID', 1, id),
    dst: attribute('LWTUNNEL_IP6_DST', 2, ip6),
    src: attribute('LWTUNNEL_IP6_SRC', 3, ip6),
    hoplimit: attribute('LWTUNNEL_IP6_HOPLIMIT', 4, u8),
    tc: attribute('LWTUNNEL_IP6_TC', 5, u8),
  }),
  seg6: table({ seg6: attribute('SEG6_IPTUNNEL_SRH', 1, segments, { word: '' }) }),
  seg6local: seg6localBody,
} as const;

/** `RTA_ENCAP`, or its like of a nexthop. How it is to be read depends on the type beside it. */
export const encapBytes: Type<Buffer, Uint8Array> = { ...bytes, isNested: true, parts: Object.values(encapBodies) };

/** How an encapsulation travels: `RTA_ENCAP_TYPE` and `RTA_ENCAP`, or their like of a nexthop. */
interface EncapAttributes {
  encapType?: number | undefined;
  encap?: Uint8Array | undefined;
}

/** An encapsulation as it travels. */
export function writeEncap(encap: Encap | undefined): EncapAttributes {
  const own = encap && bodyOf(encap);
  if (!own) return {};
  return { encapType: ENCAP_TYPES[own.type], encap: bytesOf(own.body, own.values) };
}

/** Reads one; undefined for a kind that hairpin does not know. */
export function readEncap({ encapType, encap }: EncapAttributes): Encap | undefined {
  const type = (Object.keys(ENCAP_TYPES) as EncapType[]).find((name) => ENCAP_TYPES[name] === encapType);
  if (!type || !encap) return undefined;
  try {
    if (type === 'seg6local') return { seg6local: readSeg6Local(seg6localBody.read(Buffer.from(encap))) };
    const read = withoutZeros(encapBodies[type].read(Buffer.from(encap)));
    return { [type]: type === 'mpls' ? read['labels'] : type === 'seg6' ? read['seg6'] : read };
  } catch (error) {
    // A mode that is newer than hairpin.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The words behind `encap`: `encap seg6 mode encap segs fd00::1`. */
export function encapWords(encap: Encap | undefined): string[] {
  const own = encap && bodyOf(encap);
  return own ? ['encap', own.type, ...own.body.words(own.values, NUMBERS)] : [];
}

function bodyOf({ mpls, ip, ip6: ipv6, seg6, seg6local }: Encap) {
  const body = (type: EncapType, values: object) => ({
    type,
    body: encapBodies[type] as Type<unknown, object>,
    values,
  });
  if (mpls) return body('mpls', { labels: mpls });
  if (seg6) return body('seg6', { seg6 });
  if (seg6local) return body('seg6local', writeSeg6Local(seg6local));
  if (ip) return body('ip', ip);
  return ipv6 && body('ip6', ipv6);
}

/** The kernel says of every value what it is: zero stands for one that nobody set (`ip_tun_fill_encap_info`). */
function withoutZeros(read: object): Record<string, unknown> {
  const zeros = [undefined, 0, '0.0.0.0', '::'];
  return Object.fromEntries(Object.entries(read).filter(([, value]) => !zeros.includes(value as never)));
}
