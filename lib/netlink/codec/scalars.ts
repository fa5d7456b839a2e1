import { checkMac } from '../../base/validate.ts';
import { cString, readCString } from '../../kernel/bytes.ts';
import { AF_INET, AF_INET6 } from '../../kernel/constants.ts';
import { familyNumber } from '../../kernel/sockets/socket-address.ts';
import { bytesToIp, type Family, familyOf, ipToBytes } from '../../wire/ip-address.ts';
import { bytesToMac, macToBytes } from '../../wire/mac-address.ts';
import { type Fixed, fixed, type Type } from './type.ts';
import { amount, from, ipAddress, ipThat, macAddress, matching, type ValueRule, yesOrNo } from './value-rule.ts';

/** As iproute2 says marks and types of service. */
export function hexadecimal(value: number): string {
  return `0x${value.toString(16)}`;
}

type Order = 'UInt8' | 'UInt16LE' | 'UInt32LE' | 'Int32LE' | 'UInt16BE' | 'UInt32BE' | 'Int32BE';
type Reader = `read${Order}`;
type Writer = `write${Order}`;

function number(size: number, read: Reader, write: Writer, words?: Type<number>['words']): Fixed<number> & ValueRule {
  const isSigned = read.startsWith('readInt');
  const [least, most] = isSigned ? [-(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1] : [0, 2 ** (8 * size) - 1];
  const type = fixed<number>(
    size,
    (bytes, at) => bytes[read](at),
    (bytes, at, value) => bytes[write](value, at),
    words && { words },
  );
  return { ...type, ...from(least, most) };
}

/** A whole number in a range, which may be narrower than its bytes have room for: `range(u16, 0, 4094)`. */
export function range(of: Fixed<number>, least: number, most: number): Fixed<number> & ValueRule {
  return { ...of, ...from(least, most) };
}

export const u8 = number(1, 'readUInt8', 'writeUInt8');
export const u16 = number(2, 'readUInt16LE', 'writeUInt16LE');
export const u32 = number(4, 'readUInt32LE', 'writeUInt32LE');
export const s32 = number(4, 'readInt32LE', 'writeInt32LE');
export const be16 = number(2, 'readUInt16BE', 'writeUInt16BE');
export const be32 = number(4, 'readUInt32BE', 'writeUInt32BE');
export const sbe32 = number(4, 'readInt32BE', 'writeInt32BE');
export const be64 = fixed<bigint>(
  8,
  (bytes, at) => bytes.readBigUInt64BE(at),
  (bytes, at, value) => bytes.writeBigUInt64BE(value, at),
);
export const u64 = fixed<bigint>(
  8,
  (bytes, at) => bytes.readBigUInt64LE(at),
  (bytes, at, value) => bytes.writeBigUInt64LE(value, at),
);

/** 64 bits as a number, where the kernel has less to say. */
export function asNumber(of: Fixed<bigint>): Fixed<number> {
  return fixed(
    of.size,
    (bytes, at) => Number(of.readAt(bytes, at)),
    (bytes, at, value) => of.writeAt(bytes, at, BigInt(value)),
  );
}

/** `USER_HZ`: what the kernel counts some times in, as `clock_t` (`jiffies_to_clock_t`). */
const TICKS_A_SECOND = 100;

/** Seconds, which travel in ticks. iproute2 says the ticks. */
export const userTicks = fixed<number>(
  4,
  (bytes, at) => bytes.readUInt32LE(at) / TICKS_A_SECOND,
  (bytes, at, seconds) => bytes.writeUInt32LE(Math.round(seconds * TICKS_A_SECOND), at),
  { words: (seconds) => [String(Math.round(seconds * TICKS_A_SECOND))] },
);

/** As {@link userTicks}, of 64 bits. */
export const longUserTicks = fixed<number>(
  8,
  (bytes, at) => Number(bytes.readBigUInt64LE(at)) / TICKS_A_SECOND,
  (bytes, at, seconds) => bytes.writeBigUInt64LE(BigInt(Math.round(seconds * TICKS_A_SECOND)), at),
  { words: userTicks.words },
);

/** Seconds in a range, parts of them too. */
export function seconds(of: Fixed<number>, least: number, most: number): Fixed<number> & ValueRule {
  return { ...of, ...amount('seconds', least, most) };
}

/** The ifindex of a device. */
export const device = number(4, 'readInt32LE', 'writeInt32LE', (index, names) => [names.device(index)]);

declare const isIndex: unique symbol;

/** The ifindex of another device that a link names among its settings. */
export type LinkedIndex = number & { readonly [isIndex]: true };

/** Another device that a link names: `active_slave eth0`. What a spec says is the device itself. */
export const linkedDevice: Type<LinkedIndex, { readonly index: number } | LinkedIndex> = {
  isDevice: true,
  rule: 'an interface of the same namespace',
  schema: { type: 'string' },
  write: (to, value) => device.write(to, indexOf(value)),
  read: (bytes) => device.read(bytes) as LinkedIndex,
  words: (value, names) => device.words(indexOf(value), names),
};

function indexOf(value: { readonly index: number } | number): number {
  return typeof value === 'number' ? value : value.index;
}

/** The realms that a packet comes from and goes to, each of 16 bits: `from/to`, or `to` alone (`RTA_FLOW`). */
export const realms: Fixed<string> & ValueRule = {
  ...fixed<string>(
    4,
    (bytes, at) => {
      const [from, to] = [bytes.readUInt16LE(at + 2), bytes.readUInt16LE(at)];
      return from === 0 ? String(to) : `${from}/${to}`;
    },
    (bytes, at, value) => {
      const [to = 0, from = 0] = value.split('/').map(Number).reverse();
      bytes.writeUInt16LE(to, at);
      bytes.writeUInt16LE(from, at + 2);
    },
  ),
  rule: "a realm from 1 to 65535, or two such as '1/2'",
  schema: { type: 'string', pattern: '^\\d+(/\\d+)?$' },
  accept: (value) => {
    const [, from, to] = /^(?:(\d+)\/)?(\d+)$/.exec(typeof value === 'string' ? value : '') ?? [];
    if (to === undefined || Number(to) > 65535 || Number(from ?? 0) > 65535) return undefined;
    // Of 0 the kernel takes no notice.
    if (Number(from ?? 0) === 0) return Number(to) === 0 ? undefined : String(Number(to));
    return `${Number(from)}/${Number(to)}`;
  },
};

/** The descriptor of a namespace. */
export const netns = number(4, 'readInt32LE', 'writeInt32LE', (fd, names) => [names.netns(fd)]);

/** The version of IP. */
export const ipFamily = fixed<Family>(
  1,
  (bytes, at) => {
    const number = bytes.readUInt8(at);
    if (number !== AF_INET && number !== AF_INET6) throw new RangeError(`address family ${number} is none of IP`);
    return number === AF_INET ? 4 : 6;
  },
  (bytes, at, value) => bytes.writeUInt8(familyNumber(value), at),
);

/** As {@link ipFamily}, of what may be for none, or for both. */
export const ipFamilyOrNone = fixed<Family | undefined>(
  1,
  (bytes, at) => (bytes[at] === 0 ? undefined : ipFamily.readAt(bytes, at)),
  (bytes, at, value) => value && ipFamily.writeAt(bytes, at, value),
);

/** A weight from 1, which travels as one less (`rtnh_hops`). */
export const lessOne = fixed<number>(
  1,
  (bytes, at) => bytes.readUInt8(at) + 1,
  (bytes, at, value) => bytes.writeUInt8(value - 1, at),
);

/** Bytes of a struct that mean nothing. */
export function pad(size: number): Fixed<undefined> {
  return fixed<undefined>(
    size,
    () => undefined,
    () => {},
  );
}

/** A number that is yes or no; iproute2 says some as `on` and `off`, others as 1 and 0. */
export function bool(of: Fixed<number>, [no, yes]: readonly [string, string] = ['off', 'on']): Fixed<boolean> {
  return fixed(
    of.size,
    (bytes, at) => of.readAt(bytes, at) !== 0,
    (bytes, at, value) => of.writeAt(bytes, at, value ? 1 : 0),
    { ...yesOrNo, words: (value) => [value ? yes : no] },
  );
}

/** What is there or not, without a payload: its keyword says all. */
export const flag: Type<boolean> & ValueRule = {
  ...yesOrNo,
  isFlag: true,
  write: () => {},
  read: () => true,
  words: () => [],
};

export const bytes: Type<Buffer, Uint8Array> = {
  write: (to, value) => to.put(value),
  read: (value) => Buffer.from(value),
  words: (value) => [Buffer.from(value).toString('hex')],
};

/** Eight bytes, each as two hexadecimal digits. */
export function digits(example: string): Fixed<string> {
  return fixed<string>(
    8,
    (from, at) => from.toString('hex', at, at + 8),
    (to, at, value) => to.write(value, at, 'hex'),
    matching('^[0-9a-fA-F]{16}$', `16 hexadecimal digits such as '${example}'`),
  );
}

/** A string with a NUL behind it. */
export const string = text(cString, readCString);

/** `10.0.0.1` or `fd00::1`. */
export const ip: Type<string> & ValueRule = {
  ...text(ipToBytes, (value) => {
    if (value.length !== 4 && value.length !== 16) throw new RangeError(`${value.length} bytes are no IP address`);
    return bytesToIp(value);
  }),
  ...ipAddress,
};

/** An address of one version of IP. */
export const ip4 = ofVersion(4, '10.0.0.1');
export const ip6 = ofVersion(6, 'fd00::1');

function ofVersion(version: Family, example: string): Type<string> & ValueRule {
  const isIts = (address: string) => familyOf(address) === version;
  return { ...ip, ...ipThat(`an IPv${version} address such as ${example}`, isIts) };
}

/** `02:00:00:00:00:01`; of a device that is no Ethernet it may have another length. A spec chooses those of one device alone. */
export const mac: Type<string> & ValueRule = { ...text(macToBytes, bytesToMac), ...macAddress, check: checkMac };

function text(toBytes: (value: string) => Uint8Array, fromBytes: (value: Buffer) => string): Type<string> {
  return { write: (to, value) => bytes.write(to, toBytes(value)), read: fromBytes, words: (value) => [value] };
}
