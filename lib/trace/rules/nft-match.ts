import { bytesToIp, contains, familyOf, ipToBytes } from '../../wire/ip-address.ts';
import type { FieldValue } from './packet-fields.ts';

/** A term of a rule, as libnftables-json(5) has it. */
export interface NftMatch {
  op: string;
  left: unknown;
  right: unknown;
}

/** Whether a term holds for a packet, and of which field it is; undefined where hairpin cannot tell. */
export function isTrue(
  { op, left, right }: NftMatch,
  fields: ReadonlyMap<string, FieldValue>,
): { holds: boolean; field: string; value: FieldValue } | undefined {
  const field = fieldName(left);
  const value = field === undefined ? undefined : fields.get(field);
  if (field === undefined || value === undefined || (op !== '==' && op !== '!=')) return undefined;
  const equal = matches(value, right, field);
  return equal === undefined ? undefined : { holds: equal === (op === '=='), field, value };
}

/** `tcp dport`, `iifname`. */
function fieldName(left: unknown): string | undefined {
  const { payload, meta } = (left ?? {}) as {
    payload?: { protocol?: string; field?: string };
    meta?: { key?: string };
  };
  if (payload?.protocol && payload.field) return `${payload.protocol} ${payload.field}`;
  return meta?.key;
}

/** Whether a field's value is one of those that a term names. */
function matches(value: FieldValue, right: unknown, field: string): boolean | undefined {
  if (typeof right === 'number') return typeof value === 'number' ? value === right : undefined;
  if (typeof right === 'string') return matchesWord(value, right, field);
  const { prefix, range, set } = (right ?? {}) as { prefix?: Prefix; range?: [unknown, unknown]; set?: unknown[] };
  if (prefix) return typeof value === 'string' ? isWithin(prefix, value) : undefined;
  if (range) return isBetween(value, range);
  if (!set) return undefined;
  const each = set.map((element) => matches(value, element, field));
  return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
}

interface Prefix {
  addr: string;
  len: number;
}

function matchesWord(value: FieldValue, word: string, field: string): boolean | undefined {
  // The name of a set, or the beginning of a device's name.
  if (word.startsWith('@') || word.endsWith('*')) return undefined;
  if (typeof value === 'number') {
    const number = NUMBERS[`${field} ${word}`];
    return number === undefined ? undefined : value === number;
  }
  return familyOf(word) === undefined ? value === word : value === bytesToIp(ipToBytes(word));
}

/** nft's words for numbers, as far as probes have them. */
const NUMBERS: Record<string, number> = {
  'icmp type echo-reply': 0,
  'icmp type destination-unreachable': 3,
  'icmp type echo-request': 8,
  'icmp type time-exceeded': 11,
  'icmpv6 type destination-unreachable': 1,
  'icmpv6 type echo-request': 128,
  'icmpv6 type echo-reply': 129,
  'icmpv6 type nd-router-solicit': 133,
  'icmpv6 type nd-router-advert': 134,
  'icmpv6 type nd-neighbor-solicit': 135,
  'icmpv6 type nd-neighbor-advert': 136,
};

function isWithin({ addr, len }: Prefix, address: string): boolean | undefined {
  const family = familyOf(addr);
  if (family === undefined) return undefined;
  return family === familyOf(address) && contains({ address: addr, length: len, family }, address);
}

function isBetween(value: FieldValue, [from, to]: [unknown, unknown]): boolean | undefined {
  if (typeof value === 'number')
    return typeof from === 'number' && typeof to === 'number' ? from <= value && value <= to : undefined;
  if (typeof from !== 'string' || typeof to !== 'string' || familyOf(from) !== familyOf(value)) return undefined;
  const [low, here, high] = [from, value, to].map(ipToBytes);
  return low && here && high ? Buffer.compare(low, here) <= 0 && Buffer.compare(here, high) <= 0 : undefined;
}
