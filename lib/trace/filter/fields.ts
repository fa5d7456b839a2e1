import type { COMPARISONS } from '../../netlink/ruleset/expression.ts';
import type { FilterFamily } from '../../netlink/ruleset/read-ruleset.ts';
import { bytesToIp } from '../../wire/ip-address.ts';
import { bytesToMac } from '../../wire/mac-address.ts';
import {
  ARP_OPERATIONS,
  CT_STATES,
  ETHER_TYPES,
  ICMP_TYPES,
  ICMPV6_TYPES,
  PROTOCOLS,
  TCP_FLAGS,
} from './value-words.ts';

/** Something of a packet that a rule compares, in nft's words. */
export interface Field {
  /** `ip saddr`. */
  name: string;
  /** In bytes. */
  length: number;
  /** A value of it in words. */
  value?: (bytes: Buffer) => string;
  /** Names of single bits, from the lowest up. */
  bits?: readonly string[];
  /** Whether a mask of leading bits is a prefix's length: an address. */
  isAddress?: boolean;
  /** What a comparison for equality says of the packet: `protocol 6`, `network ip`. */
  implies?: (bytes: Buffer) => string | undefined;
  /** What its name says already, so that nft leaves the comparison out. */
  needs?: readonly string[];
}

const decimal = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex') || '0'}`).toString();
const hostNumber = (bytes: Buffer) => `0x${Buffer.from(bytes).reverse().toString('hex')}`;
const hostDecimal = (bytes: Buffer) => decimal(Buffer.from(bytes).reverse());
const word = (words: Record<number, string>) => (bytes: Buffer) => words[Number(decimal(bytes))] ?? decimal(bytes);
const quoted = (bytes: Buffer) => `"${bytes.toString('utf8').replace(/\0.*$/s, '')}"`;
const deviceType = (bytes: Buffer) => (bytes.readUInt16LE(0) === 1 ? 'ether' : hostDecimal(bytes));

const protocolOf = (bytes: Buffer) => `protocol ${bytes.readUInt8(0)}`;
const NETWORKS: Record<string, string> = { '0800': 'ip', '0806': 'arp', '86dd': 'ip6' };
const networkOf = (bytes: Buffer) => {
  const network = NETWORKS[bytes.toString('hex')];
  return network && `network ${network}`;
};
const familyOf = (bytes: Buffer) => ({ 2: 'network ip', 10: 'network ip6' })[bytes.readUInt8(0)];

/** The field that `meta` loads (`NFT_META_*`). */
export function metaField(key: number, deviceName: (index: number) => string | undefined): Field {
  const index = (bytes: Buffer) => {
    const number = bytes.readUInt32LE(0);
    const name = deviceName(number);
    return name === undefined ? `${number}` : `"${name}"`;
  };
  const fields: Record<number, Field> = {
    0: { name: 'meta length', length: 4, value: hostDecimal },
    1: { name: 'meta protocol', length: 2, value: word(ETHER_TYPES), implies: networkOf },
    2: { name: 'meta priority', length: 4, value: hostNumber },
    3: { name: 'meta mark', length: 4, value: hostNumber },
    4: { name: 'iif', length: 4, value: index },
    5: { name: 'oif', length: 4, value: index },
    6: { name: 'iifname', length: 16, value: quoted },
    7: { name: 'oifname', length: 16, value: quoted },
    8: { name: 'iiftype', length: 2, value: deviceType, implies: () => 'ether' },
    9: { name: 'oiftype', length: 2, value: deviceType, implies: () => 'ether' },
    10: { name: 'meta skuid', length: 4, value: hostDecimal },
    11: { name: 'meta skgid', length: 4, value: hostDecimal },
    15: {
      name: 'meta nfproto',
      length: 1,
      value: (bytes) => ({ 2: 'ipv4', 10: 'ipv6' })[bytes.readUInt8(0)] ?? decimal(bytes),
      implies: familyOf,
    },
    16: { name: 'meta l4proto', length: 1, value: word(PROTOCOLS), implies: protocolOf },
    17: { name: 'meta ibrname', length: 16, value: quoted },
    18: { name: 'meta obrname', length: 16, value: quoted },
    19: {
      name: 'meta pkttype',
      length: 1,
      value: word({ 0: 'host', 1: 'broadcast', 2: 'multicast', 3: 'other' }),
    },
  };
  return fields[key] ?? { name: 'meta …', length: 4 };
}

/** The field that `ct` loads (`NFT_CT_*`). */
export function ctField(key: number): Field {
  if (key === 0) return { name: 'ct state', length: 4, bits: CT_STATES, value: bitNames(CT_STATES) };
  return key === 3 ? { name: 'ct mark', length: 4, value: hostNumber } : { name: 'ct …', length: 4 };
}

/** The field that is at a place in a header; one that nft has no name for either is `@th,16,8`. */
export function payloadField(
  { base, offset, length }: { base: number; offset: number; length: number },
  { family, protocol, network }: { family: FilterFamily; protocol: number | undefined; network: string | undefined },
): Field {
  const [header, fields] = headerOf(base, { protocol, network });
  // A prefix of whole bytes is compared as so many bytes.
  const whole = fields.find(
    (each) => each.at === offset && each.length >= length && (each.isAddress || each.length === length),
  );
  if (!whole) return { name: `@${['ll', 'nh', 'th', 'ih'][base] ?? '…'},${offset * 8},${length * 8}`, length };
  const { at: _, ...field } = whole;
  const prefix = length < whole.length ? length * 8 : undefined;
  const full = (bytes: Buffer) => Buffer.concat([bytes], whole.length);
  return {
    ...field,
    name: `${header} ${field.name}`,
    length,
    needs: needsOf(base, header, family),
    ...(prefix === undefined ? {} : { value: (bytes: Buffer) => `${whole.value?.(full(bytes))}/${prefix}` }),
  };
}

/** `@` and what is behind it: a mask, or single bits. */
export function bitsText(field: Field & { mask?: Buffer }, by: (typeof COMPARISONS)[number], value: Buffer): string {
  const { name, mask = Buffer.alloc(0), bits, isAddress } = field;
  const operator = by === '==' ? '' : `${by} `;
  const show = (bytes: Buffer) => field.value?.(bytes) ?? `0x${bytes.toString('hex')}`;
  const isZero = value.every((byte) => byte === 0);
  if (bits && isZero && (by === '!=' || by === '==')) return `${name} ${by === '==' ? '! ' : ''}${show(mask)}`;
  if (bits) return `${name} ${operator}${show(value)} / ${show(mask)}`;
  const length = isAddress ? prefixLength(mask) : undefined;
  if (length !== undefined) return `${name} ${operator}${show(value)}/${length}`;
  if (name === 'ip version') return `${name} …`;
  return `${name} & 0x${mask.toString('hex')} ${by} ${show(value)}`;
}

function prefixLength(mask: Buffer): number | undefined {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

function bitNames(names: readonly string[]) {
  return (bytes: Buffer) => {
    // `ct state` is a number of the machine's own order, TCP's flags are one byte.
    const number = bytes.readUIntLE(0, Math.min(bytes.length, 4));
    const set = names.filter((name, bit) => name !== '' && (number >> bit) & 1);
    return set.length > 0 ? set.join(',') : `0x${number.toString(16)}`;
  };
}

type HeaderField = Field & { at: number };

const mac = (name: string, at: number): HeaderField => ({ name, at, length: 6, value: bytesToMac });
const address = (name: string, at: number, length: number): HeaderField => ({
  name,
  at,
  length,
  isAddress: true,
  value: (bytes) => bytesToIp(Buffer.concat([bytes], length)),
});
const number = (name: string, at: number, length: number): HeaderField => ({ name, at, length, value: decimal });
const named = (name: string, at: number, length: number, words: Record<number, string>): HeaderField => ({
  name,
  at,
  length,
  value: word(words),
});
const PORTS = [number('sport', 0, 2), number('dport', 2, 2)];
const ECHO = [number('code', 1, 1), number('id', 4, 2), number('sequence', 6, 2)];

const HEADERS: Record<string, readonly HeaderField[]> = {
  ether: [mac('daddr', 0), mac('saddr', 6), { ...named('type', 12, 2, ETHER_TYPES), implies: networkOf }],
  ip: [
    address('saddr', 12, 4),
    address('daddr', 16, 4),
    { ...named('protocol', 9, 1, PROTOCOLS), implies: protocolOf },
    number('ttl', 8, 1),
    number('length', 2, 2),
    number('id', 4, 2),
    number('frag-off', 6, 2),
  ],
  ip6: [
    address('saddr', 8, 16),
    address('daddr', 24, 16),
    { ...named('nexthdr', 6, 1, PROTOCOLS), implies: protocolOf },
    number('hoplimit', 7, 1),
    number('length', 4, 2),
  ],
  arp: [
    named('operation', 6, 2, ARP_OPERATIONS),
    { ...mac('saddr ether', 8) },
    address('saddr ip', 14, 4),
    mac('daddr ether', 18),
    address('daddr ip', 24, 4),
  ],
  tcp: [...PORTS, { name: 'flags', at: 13, length: 1, bits: TCP_FLAGS, value: bitNames(TCP_FLAGS) }],
  udp: [...PORTS, number('length', 4, 2)],
  icmp: [named('type', 0, 1, ICMP_TYPES), ...ECHO],
  icmpv6: [named('type', 0, 1, ICMPV6_TYPES), ...ECHO],
  th: PORTS,
};

const TRANSPORTS: Record<number, string> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

function headerOf(
  base: number,
  { protocol, network }: { protocol: number | undefined; network: string | undefined },
): [name: string, fields: readonly HeaderField[]] {
  const name =
    base === 0 ? 'ether' : base === 1 ? (network ?? '') : base === 2 ? (TRANSPORTS[protocol ?? 0] ?? 'th') : '';
  return [name, HEADERS[name] ?? []];
}

/** What nft adds by itself before a header's field, and leaves out again. */
function needsOf(base: number, header: string, family: FilterFamily): string[] {
  if (base === 0) return family === 'inet' ? ['ether'] : [];
  if (base === 1) return [`network ${header}`];
  const protocol = Object.entries(TRANSPORTS).find(([, name]) => name === header)?.[0];
  const network = header === 'icmp' ? ['network ip'] : header === 'icmpv6' ? ['network ip6'] : [];
  return protocol === undefined ? [] : [`protocol ${protocol}`, ...network];
}
