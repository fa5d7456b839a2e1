import { readCString } from '../../kernel/bytes.ts';
import { decodeAttributes } from '../attribute.ts';

/** What a rule, a set's element or a chain's end says of a packet. */
export type Verdict =
  | { kind: 'accept' | 'drop' | 'return' | 'continue' | 'break' | 'queue' | 'stolen' }
  | { kind: 'jump' | 'goto'; chain: string };

/** A comparison, in the kernel's order (`nft_cmp_ops`). */
export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;

/** One step of a rule, as `nft --debug=netlink` shows it. Registers are those of {@link registerOf}. */
export type Expression =
  | { type: 'meta' | 'ct'; key: number; register: number }
  | { type: 'payload'; base: number; offset: number; length: number; register: number }
  | { type: 'compare'; register: number; by: (typeof COMPARISONS)[number]; value: Buffer }
  | { type: 'range'; register: number; inverted: boolean; from: Buffer; to: Buffer }
  | { type: 'bitwise'; register: number; source: number; mask: Buffer; xor: Buffer }
  | { type: 'byteorder'; register: number; source: number; length: number; size: number }
  /** `target`: the register that a map's value is put into; 0 takes it for the verdict. */
  | { type: 'lookup'; set: string; register: number; target: number | undefined; inverted: boolean }
  | { type: 'verdict'; verdict: Verdict }
  | { type: 'counter'; packets: bigint; bytes: bigint }
  /** A counter that is an object of the table's, counted there. */
  | { type: 'named-counter'; name: string }
  /** A value for a later statement. */
  | { type: 'load'; register: number; value: Buffer }
  /** `meta mark set …` and the like: notes something about the packet, and judges nothing. */
  | { type: 'note' }
  | { type: 'limit'; rate: bigint; seconds: bigint; burst: number; bytes: boolean; over: boolean }
  | { type: 'log'; prefix: string | undefined }
  | { type: 'reject'; how: number; code: number }
  | { type: 'notrack' }
  /** A match or target of iptables', run by `nft_compat`. */
  | { type: 'match' | 'target'; name: string }
  /** Known by name alone. */
  | { type: 'unknown'; name: string };

/** Decodes one `NFTA_LIST_ELEM` of a rule's expressions. */
export function decodeExpression(element: Buffer): Expression {
  const attributes = decodeAttributes(element);
  const name = readCString(attributes.get(NFTA_EXPR_NAME) ?? Buffer.alloc(0));
  const data = attributes.get(NFTA_EXPR_DATA);
  const of = data ? decodeAttributes(data) : new Map<number, Buffer>();
  return DECODERS[name]?.(new Fields(of)) ?? { type: 'unknown', name };
}

/** Decodes `NFTA_DATA_VERDICT`. */
export function decodeVerdict(bytes: Buffer): Verdict {
  const of = new Fields(decodeAttributes(bytes));
  const kind = VERDICTS[of.number(1) | 0] ?? 'stolen';
  return kind === 'jump' || kind === 'goto' ? { kind, chain: of.text(2) ?? '' } : { kind };
}

/** What `NFTA_DATA_VALUE` or `NFTA_DATA_VERDICT` holds. */
export function decodeData(bytes: Buffer): { value?: Buffer; verdict?: Verdict } {
  const attributes = decodeAttributes(bytes);
  const [value, verdict] = [attributes.get(1), attributes.get(2)];
  return { ...(value ? { value } : {}), ...(verdict ? { verdict: decodeVerdict(verdict) } : {}) };
}

const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;

const VERDICTS: Record<number, Verdict['kind']> = {
  0: 'drop',
  1: 'accept',
  2: 'stolen',
  3: 'queue',
  [-1]: 'continue',
  [-2]: 'break',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
};

/** The attributes of one expression: numbers are big-endian. Numbers are those of linux/netfilter/nf_tables.h. */
class Fields {
  readonly #of: Map<number, Buffer>;

  constructor(of: Map<number, Buffer>) {
    this.#of = of;
  }

  has(type: number): boolean {
    return this.#of.has(type);
  }

  number(type: number): number {
    const bytes = this.#of.get(type);
    if (!bytes) return 0;
    return bytes.length >= 4 ? bytes.readUInt32BE(0) : bytes.readUInt8(0);
  }

  long(type: number): bigint {
    return this.#of.get(type)?.readBigUInt64BE(0) ?? 0n;
  }

  text(type: number): string | undefined {
    const bytes = this.#of.get(type);
    return bytes && readCString(bytes);
  }

  value(type: number): Buffer {
    const bytes = this.#of.get(type);
    return (bytes && decodeData(bytes).value) ?? Buffer.alloc(0);
  }

  verdict(type: number): Verdict | undefined {
    const bytes = this.#of.get(type);
    return bytes && decodeData(bytes).verdict;
  }

  /** Where a register begins, in cells of 32 bits: `NFT_REG_1` to `4` have four each, `NFT_REG32_00` on one. */
  register(type: number): number {
    const register = this.number(type);
    return register >= NFT_REG32_00 ? register - NFT_REG32_00 : (register - 1) * 4;
  }
}

const NFT_REG32_00 = 8;

const NFT_OBJECT_COUNTER = 1;

const DECODERS: Record<string, (of: Fields) => Expression | undefined> = {
  // With a source register (3; 4 of ct) they write.
  meta: (of) => (of.has(3) ? { type: 'note' } : { type: 'meta', key: of.number(2), register: of.register(1) }),
  ct: (of) => (of.has(4) ? { type: 'note' } : { type: 'ct', key: of.number(2), register: of.register(1) }),
  payload: (of) =>
    of.has(5)
      ? undefined
      : {
          type: 'payload',
          register: of.register(1),
          base: of.number(2),
          offset: of.number(3),
          length: of.number(4),
        },
  cmp: (of) => ({
    type: 'compare',
    register: of.register(1),
    by: COMPARISONS[of.number(2)] ?? '==',
    value: of.value(3),
  }),
  range: (of) => ({
    type: 'range',
    register: of.register(1),
    inverted: of.number(2) === 1,
    from: of.value(3),
    to: of.value(4),
  }),
  bitwise: (of) =>
    // Shifts (op 1, 2) and newer operations have no mask.
    of.number(6) === 0 && of.has(4) && of.has(5)
      ? {
          type: 'bitwise',
          source: of.register(1),
          register: of.register(2),
          mask: of.value(4),
          xor: of.value(5),
        }
      : undefined,
  byteorder: (of) => ({
    type: 'byteorder',
    source: of.register(1),
    register: of.register(2),
    length: of.number(4),
    size: of.number(5),
  }),
  lookup: (of) => ({
    type: 'lookup',
    set: of.text(1) ?? '',
    register: of.register(2),
    target: of.has(3) ? of.number(3) : undefined,
    inverted: (of.number(5) & 1) === 1,
  }),
  immediate: (of) => {
    const verdict = of.verdict(2);
    return verdict ? { type: 'verdict', verdict } : { type: 'load', register: of.register(1), value: of.value(2) };
  },
  counter: (of) => ({ type: 'counter', bytes: of.long(1), packets: of.long(2) }),
  objref: (of) => (of.number(1) === NFT_OBJECT_COUNTER ? { type: 'named-counter', name: of.text(2) ?? '' } : undefined),
  limit: (of) => ({
    type: 'limit',
    rate: of.long(1),
    seconds: of.long(2),
    burst: of.number(3),
    bytes: of.number(4) === 1,
    over: (of.number(5) & 1) === 1,
  }),
  log: (of) => ({ type: 'log', prefix: of.text(2) }),
  reject: (of) => ({ type: 'reject', how: of.number(1), code: of.number(2) }),
  notrack: () => ({ type: 'notrack' }),
  match: (of) => ({ type: 'match', name: of.text(1) ?? '' }),
  target: (of) => ({ type: 'target', name: of.text(1) ?? '' }),
};
