import { be32, bytes, string, u8 } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';

const REGISTER = 1;
/** `NFT_REG_VERDICT`: what is put there is done with the packet. */
const VERDICT_REGISTER = 0;
/** `NFT_PAYLOAD_*`. */
const HEADERS = { link: 0, network: 1, transport: 2 } as const;
/** `NFT_CMP_*`, in the order of their numbers. */
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
/** `NFT_META_*`. */
const META_KEYS = { protocol: 1, nftrace: 12, l4proto: 16 } as const;

const value = table({ value: attribute('NFTA_DATA_VALUE', 1, bytes) });

/** A value, or what is to be done with the packet. */
const data = table({
  value: attribute('NFTA_DATA_VALUE', 1, bytes),
  verdict: attribute('NFTA_DATA_VERDICT', 2, table({ code: attribute('NFTA_VERDICT_CODE', 1, be32) })),
});

/** What the expressions of a rule have, by the names of their kinds; of a kind that is not here, the name alone is read. */
const KINDS = {
  payload: table({
    register: attribute('NFTA_PAYLOAD_DREG', 1, be32),
    base: attribute('NFTA_PAYLOAD_BASE', 2, be32),
    offset: attribute('NFTA_PAYLOAD_OFFSET', 3, be32),
    length: attribute('NFTA_PAYLOAD_LEN', 4, be32),
  }),
  cmp: table({
    register: attribute('NFTA_CMP_SREG', 1, be32),
    by: attribute('NFTA_CMP_OP', 2, be32),
    with: attribute('NFTA_CMP_DATA', 3, value),
  }),
  bitwise: table({
    from: attribute('NFTA_BITWISE_SREG', 1, be32),
    register: attribute('NFTA_BITWISE_DREG', 2, be32),
    length: attribute('NFTA_BITWISE_LEN', 3, be32),
    mask: attribute('NFTA_BITWISE_MASK', 4, value),
    xor: attribute('NFTA_BITWISE_XOR', 5, value),
  }),
  meta: table({
    register: attribute('NFTA_META_DREG', 1, be32),
    key: attribute('NFTA_META_KEY', 2, be32),
    from: attribute('NFTA_META_SREG', 3, be32),
  }),
  immediate: table({
    register: attribute('NFTA_IMMEDIATE_DREG', 1, be32),
    data: attribute('NFTA_IMMEDIATE_DATA', 2, data),
  }),
  ct: table({
    register: attribute('NFTA_CT_DREG', 1, be32),
    key: attribute('NFTA_CT_KEY', 2, be32),
    direction: attribute('NFTA_CT_DIRECTION', 3, u8),
  }),
  range: table({
    from: attribute('NFTA_RANGE_FROM_DATA', 3, value),
    to: attribute('NFTA_RANGE_TO_DATA', 4, value),
  }),
  numgen: table({
    register: attribute('NFTA_NG_DREG', 1, be32),
    modulus: attribute('NFTA_NG_MODULUS', 2, be32),
    offset: attribute('NFTA_NG_OFFSET', 4, be32),
  }),
  lookup: table({ set: attribute('NFTA_LOOKUP_SET', 1, string) }),
  exthdr: table({
    register: attribute('NFTA_EXTHDR_DREG', 1, be32),
    type: attribute('NFTA_EXTHDR_TYPE', 2, u8),
    flags: attribute('NFTA_EXTHDR_FLAGS', 5, be32),
    op: attribute('NFTA_EXTHDR_OP', 6, be32),
  }),
  nat: table({ toPort: attribute('NFTA_NAT_REG_PROTO_MIN', 5, be32), flags: attribute('NFTA_NAT_FLAGS', 7, be32) }),
  redir: table({
    toPort: attribute('NFTA_REDIR_REG_PROTO_MIN', 1, be32),
    flags: attribute('NFTA_REDIR_FLAGS', 3, be32),
  }),
  objref: table({ object: attribute('NFTA_OBJREF_IMM_TYPE', 1, be32) }),
  /** Of iptables' own (linux/netfilter/nf_tables_compat.h). */
  match: table({
    match: attribute('NFTA_MATCH_NAME', 1, string),
    info: attribute('NFTA_MATCH_INFO', 3, bytes),
  }),
  target: table({ target: attribute('NFTA_TARGET_NAME', 1, string) }),
};

/** One expression of a rule: what kind it is, and what that has. */
export interface NftExpression {
  name: string;
  data: object;
}

const kind = table({ name: attribute('NFTA_EXPR_NAME', 1, string, { ifAbsent: '' }) });
const NFTA_EXPR_DATA = 2;

/** The attributes of an expression have other meanings with each kind. */
export const nftExpression: Type<NftExpression> = {
  isNested: true,
  parts: [kind, ...Object.values(KINDS)] as Type<unknown, never>[],
  write: (to, { name, data }) => {
    kind.write(to, { name });
    const start = to.beginAttribute(NFTA_EXPR_DATA, true);
    (KINDS[name as keyof typeof KINDS] as Type<unknown, object>).write(to, data);
    to.endAttribute(start);
  },
  read: (all) => {
    const { name } = kind.read(all);
    const known = (KINDS as Record<string, Type<object, never> | undefined>)[name];
    const data = known && table({ data: attribute('NFTA_EXPR_DATA', NFTA_EXPR_DATA, known) }).read(all).data;
    return { name, data: data ?? {} };
  },
  words: ({ name }) => [name],
};

/** Loads bytes of a header, or of what is behind it. */
export function loadHeader(header: keyof typeof HEADERS, offset: number, length: number): NftExpression {
  return { name: 'payload', data: { register: REGISTER, base: HEADERS[header], offset, length } };
}

/** Loads what is known of a packet beside its bytes. */
export function loadMeta(key: 'protocol' | 'l4proto'): NftExpression {
  return { name: 'meta', data: { register: REGISTER, key: META_KEYS[key] } };
}

/** Ends the rule, unless what was loaded compares so with a value. */
export function compare(operator: (typeof COMPARISONS)[number], wanted: Buffer): NftExpression {
  const by = COMPARISONS.indexOf(operator);
  return { name: 'cmp', data: { register: REGISTER, by, with: { value: wanted } } };
}

/** Keeps only some bits of what was loaded. */
export function maskWith(mask: Buffer): NftExpression {
  const { length } = mask;
  const xor = { value: Buffer.alloc(length) };
  return { name: 'bitwise', data: { from: REGISTER, register: REGISTER, length, mask: { value: mask }, xor } };
}

/** `meta nftrace set 1`: from here on the packet's way through this namespace's rules is told. */
export function setTrace(): NftExpression[] {
  return [
    { name: 'immediate', data: { register: REGISTER, data: { value: Buffer.of(1) } } },
    { name: 'meta', data: { key: META_KEYS.nftrace, from: REGISTER } },
  ];
}

/** What is done with a packet: `NF_DROP`, `NF_ACCEPT` (linux/netfilter.h). */
const VERDICTS = { drop: 0, accept: 1 } as const;

/** Ends the way of the packet through the chain. */
export function verdict(name: keyof typeof VERDICTS): NftExpression {
  return { name: 'immediate', data: { register: VERDICT_REGISTER, data: { verdict: { code: VERDICTS[name] } } } };
}
