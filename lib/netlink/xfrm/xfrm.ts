import { AF_INET, AF_INET6 } from '../../kernel/constants.ts';
import { bytesToIp, type Family, ipToBytes, type Prefix } from '../../wire/ip-address.ts';
import { be16, be32, device, hexadecimal, pad, u8, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { type Fixed, fixed, type Type } from '../codec/type.ts';
import type { Names } from '../names.ts';

/** Which packets a state or a policy is for: what is undefined is for all. */
export interface XfrmSelector {
  family: Family;
  src: Prefix | undefined;
  dst: Prefix | undefined;
  /** The number of the protocol above IP. */
  proto: number | undefined;
  /** The ports. Of ICMP they are the type and the code, of GRE the halves of its key. */
  sport: number | undefined;
  dport: number | undefined;
  /** The device, by its ifindex. */
  device: number | undefined;
}

/** A mark, and the bits of it that count. */
export interface XfrmMark {
  fwmark: number;
  fwmask: number;
}

/** After how many bytes, packets and seconds a state or policy ends: at the hard limit. Undefined for never. */
export type XfrmLimits = { [K in keyof typeof LIMITS]: number | undefined };

/** The properties of limits, with iproute2's words, in the order of `struct xfrm_lifetime_cfg`. */
const LIMITS = {
  ...{ byteSoft: 'byte-soft', byteHard: 'byte-hard', packetSoft: 'packet-soft', packetHard: 'packet-hard' },
  ...{ timeSoft: 'time-soft', timeHard: 'time-hard', timeUseSoft: 'time-use-soft', timeUseHard: 'time-use-hard' },
} as const;
export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

/** `IPPROTO_*` */
export const XFRM_PROTOCOLS = { esp: 50, ah: 51, comp: 108 } as const;
/** The kernel makes a state of these for one of `comp` in mode tunnel (`ipcomp_tunnel_create`). */
export const XFRM_KERNELS_OWN = { ipip: 4, ipv6: 41 } as const;
/** `XFRM_MODE_*` */
export const XFRM_MODES = { transport: 0, tunnel: 1, beet: 4 } as const;

const ALL_ZERO = { 4: '0.0.0.0', 6: '::' } as const;
/** `XFRM_INF` */
const INFINITE = 2n ** 64n - 1n;
const WHOLE = 0xffff;

/** `xfrm_address_t`: which version of IP it is of, another part of the message says. */
export const xfrmAddress: Fixed<Buffer, Uint8Array> = fixed<Buffer, Uint8Array>(
  16,
  (bytes, at) => Buffer.from(bytes.subarray(at, at + 16)),
  (bytes, at, value) => bytes.set(value, at),
);

/** The version of IP; undefined where it is said to be none. */
export const xfrmFamily: Fixed<Family | undefined, Family | undefined> = fixed<Family | undefined>(
  2,
  (bytes, at) => (({ [AF_INET]: 4, [AF_INET6]: 6 }) as const)[bytes.readUInt16LE(at)],
  (bytes, at, value) => bytes.writeUInt16LE(value === 6 ? AF_INET6 : AF_INET, at),
);

const selector = struct('xfrm_selector', {
  ...{ dst: xfrmAddress, src: xfrmAddress },
  ...{ dport: be16, dportMask: be16, sport: be16, sportMask: be16 },
  ...{ family: xfrmFamily, dstLength: u8, srcLength: u8, proto: u8, padding: pad(3), device, user: u32 },
});

export const xfrmId = struct('xfrm_id', {
  dst: xfrmAddress,
  spi: be32,
  proto: u8,
  padding: pad(3),
});

export const xfrmMark = struct('xfrm_mark', { fwmark: u32, fwmask: u32 });

const lifetime = struct('xfrm_lifetime_cfg', {
  ...{ byteSoft: u64, byteHard: u64, packetSoft: u64, packetHard: u64 },
  ...{ timeSoft: u64, timeHard: u64, timeUseSoft: u64, timeUseHard: u64 },
});

export const xfrmSelector = {
  ...{ type: selector, read: readSelector, odd: oddInSelector, written: writtenSelector, words: selectorWords },
};
export const xfrmLimits = {
  ...{ type: lifetime, read: readLimits, odd: oddInLimits, written: writtenLimits, words: limitWords },
};

/** The body of a question that takes none. What stands in one, the kernel takes for attributes (`xfrm_dump_sa`). */
export const nothing: Type<undefined, unknown> = { write: () => {}, read: () => undefined, words: () => [] };

/** An address of such a version; undefined for any. */
export function addressIn(bytes: Buffer, family: Family): string | undefined {
  const address = bytesToIp(family === 4 ? bytes.subarray(0, 4) : bytes);
  return address === ALL_ZERO[family] ? undefined : address;
}

export function addressBytes(address: string | undefined, family: Family): Buffer {
  return ipToBytes(address ?? ALL_ZERO[family]);
}

type RawSelector = ReturnType<typeof selector.read>;

/** @param outer the version of IP where the selector says none */
function readSelector(raw: RawSelector, outer: Family): XfrmSelector {
  const { family = outer, proto, dport, dportMask, sport, sportMask, device: index } = raw;
  const prefix = (bytes: Buffer, length: number): Prefix | undefined => {
    const address = addressIn(bytes, family);
    return length === 0 && address === undefined ? undefined : { address: address ?? ALL_ZERO[family], length, family };
  };
  return {
    ...{ family, src: prefix(raw.src, raw.srcLength), dst: prefix(raw.dst, raw.dstLength) },
    ...{ proto: proto || undefined, device: index || undefined },
    ...{ sport: sportMask === 0 ? undefined : sport, dport: dportMask === 0 ? undefined : dport },
  };
}

/** What of a selector no words say. */
function oddInSelector({ sportMask, dportMask, user }: RawSelector): string[] {
  const isOdd = (mask: number) => mask !== 0 && mask !== WHOLE;
  return [
    ...(isOdd(sportMask) || isOdd(dportMask) ? ['a mask of ports'] : []),
    ...(user === 0 ? [] : [`the user ${user}`]),
  ];
}

function writtenSelector({ family, src, dst, proto = 0, sport, dport, device: index = 0 }: XfrmSelector) {
  return {
    ...{ family, proto, device: index },
    ...{ src: addressBytes(src?.address, family), srcLength: src?.length ?? 0 },
    ...{ dst: addressBytes(dst?.address, family), dstLength: dst?.length ?? 0 },
    ...(sport === undefined ? {} : { sport, sportMask: WHOLE }),
    ...(dport === undefined ? {} : { dport, dportMask: WHOLE }),
  };
}

/** The words of what stands in the places of the ports (`xfrm_selector_upspec_parse`). */
export function portKeywords(proto: number | undefined): 'ports' | 'types' | 'key' {
  if (proto === 47) return 'key';
  return proto !== undefined && [1, 58, 135].includes(proto) ? 'types' : 'ports';
}

/** Both networks are said: they say the version of IP. */
function selectorWords({ family, src, dst, proto, device: index, ...selector }: XfrmSelector, names: Names) {
  const { sport, dport } = selector;
  const words = (prefix: Prefix | undefined) => `${prefix?.address ?? ALL_ZERO[family]}/${prefix?.length ?? 0}`;
  const kind = portKeywords(proto);
  const [first, second] = kind === 'types' ? ['type', 'code'] : ['sport', 'dport'];
  const ports =
    kind === 'key'
      ? sport === undefined || dport === undefined
        ? []
        : ['key', String(sport * 2 ** 16 + dport)]
      : [...said(first, sport), ...said(second, dport)];
  return [
    ...['src', words(src), 'dst', words(dst)],
    ...(index === undefined ? [] : ['dev', names.device(index)]),
    ...[...said('proto', proto), ...ports],
  ];
}

/** The words of a number, where there is one. */
export function said(keyword: string, value: number | undefined): string[] {
  return value === undefined ? [] : [keyword, String(value)];
}

export function markWords(keyword: string, mark: XfrmMark | undefined): string[] {
  return mark === undefined ? [] : [keyword, hexadecimal(mark.fwmark), 'mask', hexadecimal(mark.fwmask)];
}

export function idWords({
  family,
  ...id
}: {
  family: Family;
  src?: string | undefined;
  dst: string | undefined;
  proto: string;
  spi: number;
}): string[] {
  const any = ALL_ZERO[family];
  return ['src', id.src ?? any, 'dst', id.dst ?? any, 'proto', id.proto, 'spi', hexadecimal(id.spi)];
}

/** Bytes and packets without a limit are all ones, seconds are 0 (`xfrm_state_check_expire`, `xfrm_timer_handler`). */
function readLimits(raw: RawLimits): XfrmLimits {
  return Object.fromEntries(
    LIMIT_NAMES.map((name) => [name, raw[name] === withoutLimit(name) ? undefined : Number(raw[name])]),
  ) as XfrmLimits;
}

/** What of limits no number says. */
function oddInLimits(raw: RawLimits): string[] {
  const isOdd = (name: LimitName) => raw[name] > Number.MAX_SAFE_INTEGER && raw[name] !== withoutLimit(name);
  return LIMIT_NAMES.filter(isOdd).map((name) => `limit ${LIMITS[name]} ${raw[name]}`);
}

function writtenLimits(limits: XfrmLimits) {
  return Object.fromEntries(
    LIMIT_NAMES.map((name) => [name, limits[name] === undefined ? withoutLimit(name) : BigInt(limits[name])]),
  );
}

function limitWords(limits: XfrmLimits): string[] {
  return LIMIT_NAMES.flatMap((name) =>
    limits[name] === undefined ? [] : ['limit', ...said(LIMITS[name], limits[name])],
  );
}

type RawLimits = ReturnType<typeof lifetime.read>;
type LimitName = keyof typeof LIMITS;

function withoutLimit(name: LimitName): bigint {
  return name.startsWith('time') ? 0n : INFINITE;
}

/** The word of a number; undefined for one that has none. */
export function wordOf<K extends string>(numbers: Readonly<Record<K, number>>, number: number): K | undefined {
  return (Object.keys(numbers) as K[]).find((word) => numbers[word] === number);
}

/** The names of the bits that are set, and those without a name. */
export function flagsIn<K extends string>(names: Readonly<Record<K, number>>, bits: number) {
  const all = Object.keys(names) as K[];
  const flags = all.filter((name) => bits & names[name]);
  return { flags, unnamed: flags.reduce((rest, name) => rest & ~names[name], bits) };
}

export function flagBits<K extends string>(names: Readonly<Record<K, number>>, flags: readonly K[]): number {
  return flags.reduce((sum, name) => sum | names[name], 0);
}
