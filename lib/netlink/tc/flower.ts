import { familyOf } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { string, u32 } from '../codec/scalars.ts';
import { attribute, others, type Row, type Rows } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { anyOf, type ValueRule } from '../codec/value-rule.ts';
import { wordBits } from '../codec/word-bits.ts';
import { ETHER_TYPES } from '../ether-types.ts';
import {
  type Masked,
  macMask,
  maskable,
  maskedOf,
  maskRow,
  number,
  partsRow,
  prefixOf,
  type Said,
  unmaskedOf,
  type Value,
  valueRow,
} from './masked.ts';
import { tcHandle } from './tc-handle.ts';

/**
 * Which packets a filter is for, in the words of tc-flower(8) (camel-cased). A packet must have all of these. Some take a mask behind a
 * slash, such as `'0x10/0xf0'`; without one every bit counts.
 */
export interface Flower extends FilterFlags {
  /** The name of the device that it came in by. */
  indev?: string;
  /** `'02:00:00:00:00:01'`, `'02:00:00:00:00:00/ff:ff:ff:00:00:00'` or `'02:00:00:00:00:00/24'`. */
  dstMac?: string;
  srcMac?: string;
  /** How many VLAN tags it has. */
  numOfVlans?: number;
  /** Its outer VLAN tag; `vlanEthtype` is the protocol behind it, `'ip'` say. They need `protocol: '802.1Q'`, or `'802.1ad'`. */
  vlanId?: number;
  vlanPrio?: number;
  vlanEthtype?: string | number;
  /** The tag behind that, with `vlanEthtype: '802.1Q'`, or `'802.1ad'`. */
  cvlanId?: number;
  cvlanPrio?: number;
  cvlanEthtype?: string | number;
  /** Of PPPoE, with `protocol: 'ppp_ses'`. */
  pppoeSid?: number;
  pppProto?: 'ip' | 'ipv6' | 'mpls_uc' | 'mpls_mc' | number;
  /** The outer MPLS label, with `protocol: 'mpls_uc'`, or `'mpls_mc'`. */
  mplsLabel?: number;
  mplsTc?: number;
  mplsBos?: 0 | 1;
  mplsTtl?: number;
  /** With `protocol: 'ip'` or `'ipv6'`, or such a `vlanEthtype`, as all that follows. */
  ipProto?: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'icmpv6' | number;
  ipTos?: string | number;
  ipTtl?: string | number;
  /** Whether it is a fragment, and the first one. */
  ipFlags?: IpFlags;
  /** An address, or a network such as `'10.0.0.0/8'`. */
  dstIp?: string;
  srcIp?: string;
  /** With an `ipProto` that has ports: `80`, `'80/0xfff0'`, or a range such as `'1000-2000'`. */
  dstPort?: string | number;
  srcPort?: string | number;
  /** With `ipProto: 'tcp'`: its flags as a number, SYN is `'0x2/0x12'` without ACK. */
  tcpFlags?: string | number;
  /** With `ipProto: 'icmp'` or `'icmpv6'`. */
  type?: string | number;
  code?: string | number;
  /** With `protocol: 'arp'` or `'rarp'`, as the four that follow. */
  arpOp?: 'request' | 'reply' | string | number;
  arpTip?: string;
  arpSip?: string;
  arpTha?: string;
  arpSha?: string;
  /** What an external tunnel read of the outer header. */
  encKeyId?: number;
  encDstIp?: string;
  encSrcIp?: string;
  encDstPort?: string | number;
  encTos?: string | number;
  encTtl?: string | number;
  /** What the action `ct` found: `'+trk+est-new'`. */
  ctState?: string;
  ctZone?: string | number;
  ctMark?: string | number;
  /** 32 hexadecimal digits. */
  ctLabel?: string;
}

/** What every kind of filter takes. */
export interface FilterFlags {
  /** The class that its packets are for: `'1:10'`. */
  classid?: string;
  /** Whether hardware, or the kernel's own code, must not apply it. @default both may */
  skipHw?: boolean;
  skipSw?: boolean;
  /** Have the kernel log why hardware does not take it. */
  verbose?: boolean;
}

type IpFlags = 'frag' | 'nofrag' | 'firstfrag' | 'nofirstfrag' | `${'frag' | 'nofrag'}/${'firstfrag' | 'nofirstfrag'}`;

export const filterFlags = flat(
  bits(u32, {
    skipHw: bit('TCA_CLS_FLAGS_SKIP_HW', 1, 'skip_hw'),
    skipSw: bit('TCA_CLS_FLAGS_SKIP_SW', 2, 'skip_sw'),
    verbose: bit('TCA_CLS_FLAGS_VERBOSE', 16, 'verbose'),
  }),
);

const IP_PROTOCOLS = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmpv6: 58 } as const;
/** PPP's own numbers (linux/ppp_defs.h). */
const PPP_PROTOCOLS = { ip: 0x21, ipv6: 0x57, mpls_uc: 0x281, mpls_mc: 0x283 } as const;

const byte = number(1);
const hexByte = maskable(number(1, { isHex: true }), { hex: 'both' });
const maskedByte = maskable(byte);
const ttl = maskable(byte, { hex: 'mask' });
const port = maskable(number(2));
const [ip4, ip6] = [prefixOf(4), prefixOf(6)];
export const etherType = number(2, { words: ETHER_TYPES, isHex: true });
const [vlanId, priority] = [number(2, { most: 4095, isLittle: true }), number(1, { most: 7 })];

const portRange = maskedOf({
  ...{ size: 2, rule: 'two ports such as 1000-2000', schema: { type: 'string' }, words: String },
  split: (given) => {
    const [, least, most] = (typeof given === 'string' && /^(\d+)-(\d+)$/.exec(given)) || [];
    const [value, mask] = [number(2).bytesOf(least), number(2).bytesOf(most)];
    // The kernel refuses an empty range (fl_set_key_port_range).
    return value && mask && Number(least) < Number(most) ? { value, mask } : undefined;
  },
  join: (value, mask = value) => `${value.readUInt16BE()}-${mask.readUInt16BE()}`,
});

const ipFlags = maskedOf({
  ...wordBits(4, { frag: 1, firstfrag: 2 }, { on: '', off: 'no', between: '/', isLittle: false }),
  rule: 'frag, nofrag, firstfrag or nofirstfrag, or two of them such as frag/nofirstfrag',
  schema: { type: 'string' },
  words: String,
});

/** `TCA_FLOWER_KEY_CT_FLAGS_*`. */
const CT_STATES = { new: 1, est: 2, rel: 4, trk: 8, inv: 16, rpl: 32 };

const ctState = maskedOf({
  ...wordBits(2, CT_STATES, { on: '+', off: '-', between: '', isLittle: true }),
  rule: `states of ${Object.keys(CT_STATES).join(', ')}, each with + or -, such as +trk+est-new`,
  schema: { type: 'string' },
  words: String,
});

const label = unmaskedOf({
  size: 16,
  rule: '32 hexadecimal digits',
  schema: { type: 'string' },
  bytesOf: (value) =>
    typeof value === 'string' && /^[0-9a-f]{32}$/i.test(value) ? Buffer.from(value, 'hex') : undefined,
  textOf: (bytes) => bytes.toString('hex'),
  words: String,
});

interface Key {
  rule: ValueRule;
  /** How it travels; several where that depends on the value or on other keys. */
  rows: Readonly<Record<string, Row<Said | undefined, Said>>>;
}

const KEY = 'TCA_FLOWER_KEY_';

function plain(kernel: string, at: number, of: Value): Key {
  return { rule: of, rows: { '': valueRow(`${KEY}${kernel}`, at, of) } };
}

function withMask(kernel: string, numbers: readonly [number, number], of: Masked, word?: string): Key {
  return { rule: of, rows: { '': maskRow(`${KEY}${kernel}`, numbers, of, word) } };
}

type Numbers = readonly [value: number, mask: number];

function address(word: string, name: string, four: Numbers, six: Numbers, isOuter = false): Key {
  const at = (version: number) => `${KEY}${isOuter ? 'ENC_' : ''}IPV${version}_${name}`;
  return {
    rule: anyOf(ip4, ip6),
    rows: { 4: maskRow(at(4), four, ip4, word), 6: maskRow(at(6), six, ip6, word) },
  };
}

function ports(
  word: string,
  name: 'SRC' | 'DST',
  numbers: Record<'tcp' | 'udp' | 'sctp', Numbers>,
  range: Numbers,
): Key {
  const of = (protocol: keyof typeof numbers) =>
    maskRow(`${KEY}${protocol.toUpperCase()}_${name}`, numbers[protocol], port, word);
  const [least, most] = range;
  const bounds = partsRow([`${KEY}PORT_${name}_MIN`, least], [`${KEY}PORT_${name}_MAX`, most], portRange, word);
  return { rule: anyOf(port, portRange), rows: { tcp: of('tcp'), udp: of('udp'), sctp: of('sctp'), range: bounds } };
}

function icmp(word: string, name: string, four: Numbers, six: Numbers): Key {
  const of = (version: number, numbers: Numbers) => maskRow(`${KEY}ICMPV${version}_${name}`, numbers, maskedByte, word);
  return { rule: maskedByte, rows: { icmp: of(4, four), icmpv6: of(6, six) } };
}

/** All keys, in the order in which `tc` wants them. */
export const FLOWER_KEYS: Readonly<Record<Exclude<keyof Flower, 'indev' | keyof FilterFlags>, Key>> = {
  dstMac: withMask('ETH_DST', [4, 5], macMask),
  srcMac: withMask('ETH_SRC', [6, 7], macMask),
  numOfVlans: plain('NUM_OF_VLANS', 102, byte),
  vlanId: plain('VLAN_ID', 23, vlanId),
  vlanPrio: plain('VLAN_PRIO', 24, priority),
  vlanEthtype: plain('VLAN_ETH_TYPE', 25, etherType),
  cvlanId: plain('CVLAN_ID', 77, vlanId),
  cvlanPrio: plain('CVLAN_PRIO', 78, priority),
  cvlanEthtype: plain('CVLAN_ETH_TYPE', 79, etherType),
  pppoeSid: plain('PPPOE_SID', 103, number(2)),
  pppProto: plain('PPP_PROTO', 104, number(2, { words: PPP_PROTOCOLS, isHex: true })),
  mplsLabel: plain('MPLS_LABEL', 70, number(4, { most: 2 ** 20 - 1, isLittle: true })),
  mplsTc: plain('MPLS_TC', 69, priority),
  mplsBos: plain('MPLS_BOS', 68, number(1, { most: 1 })),
  mplsTtl: plain('MPLS_TTL', 67, byte),
  ipProto: plain('IP_PROTO', 9, number(1, { words: IP_PROTOCOLS, isHex: true })),
  ipTos: withMask('IP_TOS', [73, 74], hexByte),
  ipTtl: withMask('IP_TTL', [75, 76], ttl),
  ipFlags: withMask('FLAGS', [47, 48], ipFlags),
  dstIp: address('dst_ip', 'DST', [12, 13], [16, 17]),
  srcIp: address('src_ip', 'SRC', [10, 11], [14, 15]),
  dstPort: ports('dst_port', 'DST', { tcp: [19, 36], udp: [21, 38], sctp: [42, 40] }, [89, 90]),
  srcPort: ports('src_port', 'SRC', { tcp: [18, 35], udp: [20, 37], sctp: [41, 39] }, [87, 88]),
  tcpFlags: withMask('TCP_FLAGS', [71, 72], maskable(number(2, { most: 0xfff, isHex: true }), { hex: 'both' })),
  type: icmp('type', 'TYPE', [51, 52], [55, 56]),
  code: icmp('code', 'CODE', [49, 50], [53, 54]),
  arpOp: withMask('ARP_OP', [61, 62], maskable(number(1, { words: { request: 1, reply: 2 } }))),
  arpTip: withMask('ARP_TIP', [59, 60], ip4),
  arpSip: withMask('ARP_SIP', [57, 58], ip4),
  arpTha: withMask('ARP_THA', [65, 66], macMask),
  arpSha: withMask('ARP_SHA', [63, 64], macMask),
  encKeyId: plain('ENC_KEY_ID', 26, number(4)),
  encDstIp: address('enc_dst_ip', 'DST', [29, 30], [33, 34], true),
  encSrcIp: address('enc_src_ip', 'SRC', [27, 28], [31, 32], true),
  encDstPort: withMask('ENC_UDP_DST_PORT', [45, 46], port),
  encTos: withMask('ENC_IP_TOS', [80, 81], hexByte),
  encTtl: withMask('ENC_IP_TTL', [82, 83], ttl),
  ctState: withMask('CT_STATE', [91, 92], ctState),
  ctZone: withMask('CT_ZONE', [93, 94], maskable(number(2, { isLittle: true }))),
  ctMark: withMask('CT_MARK', [95, 96], maskable(number(4, { isHex: true, isLittle: true }), { hex: 'both' })),
  ctLabel: withMask('CT_LABELS', [97, 98], maskable(label)),
};

/** A row of a key that travels in one of several attributes is named after both: `dstPort tcp`. */
const ROWS = Object.entries(FLOWER_KEYS).flatMap(([key, { rows }]) =>
  Object.entries(rows).map(([variant, row]) => [variant === '' ? key : `${key} ${variant}`, row] as const),
);

/** What the options of a `flower` filter have, but for its actions. */
export const flowerRows = {
  flags: attribute('TCA_FLOWER_FLAGS', 22, filterFlags),
  classid: attribute('TCA_FLOWER_CLASSID', 1, tcHandle),
  indev: attribute('TCA_FLOWER_INDEV', 2, string),
  ...(Object.fromEntries(ROWS) as Rows),
  /** The protocol of the filter, or that behind its VLAN tags (`fl_dump_key`). */
  etherType: attribute('TCA_FLOWER_KEY_ETH_TYPE', 8, valueRow('', 0, etherType).of, { word: false }),
  inHardware: attribute('TCA_FLOWER_IN_HW_COUNT', 86, u32, { word: false }),
  unknown: others(),
} as const;

/** The name of the row that a key travels in. */
export function rowOf(key: string, value: unknown, { ipProto }: Pick<Flower, 'ipProto'>): string {
  const variants = Object.keys(FLOWER_KEYS[key as keyof typeof FLOWER_KEYS]?.rows ?? { '': 0 });
  if (variants.includes('')) return key;
  if (variants.includes('4')) return `${key} ${familyOf(String(value).split('/')[0] ?? '') ?? 4}`;
  return `${key} ${variants.includes('range') && portRange.split(value) ? 'range' : ipProto}`;
}
