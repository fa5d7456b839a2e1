import { cString } from '../kernel/bytes.ts';
import type { Attribute } from './attribute.ts';

// linux/netfilter/nf_tables.h
const NFTA_LIST_ELEM = 1;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_DATA_VALUE = 1;
const NFT_REG_1 = 1;
const NFTA_PAYLOAD_DREG = 1;
const NFTA_PAYLOAD_BASE = 2;
const NFTA_PAYLOAD_OFFSET = 3;
const NFTA_PAYLOAD_LEN = 4;
const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
const NFTA_CMP_SREG = 1;
const NFTA_CMP_OP = 2;
const NFTA_CMP_DATA = 3;
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
const NFTA_BITWISE_SREG = 1;
const NFTA_BITWISE_DREG = 2;
const NFTA_BITWISE_LEN = 3;
const NFTA_BITWISE_MASK = 4;
const NFTA_BITWISE_XOR = 5;
const NFTA_META_DREG = 1;
const NFTA_META_KEY = 2;
const NFTA_META_SREG = 3;
const META_KEYS = { protocol: 1, nftrace: 12, l4proto: 16 } as const;
const NFTA_IMMEDIATE_DREG = 1;
const NFTA_IMMEDIATE_DATA = 2;

/** nftables counts in the network's byte order. */
export function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** Loads bytes of the transport header, or of what is behind it. */
export function loadTransport(offset: number, length: number): Attribute {
  return expression('payload', [
    [NFTA_PAYLOAD_DREG, be32(NFT_REG_1)],
    [NFTA_PAYLOAD_BASE, be32(NFT_PAYLOAD_TRANSPORT_HEADER)],
    [NFTA_PAYLOAD_OFFSET, be32(offset)],
    [NFTA_PAYLOAD_LEN, be32(length)],
  ]);
}

/** Loads what is known of a packet beside its bytes. */
export function loadMeta(key: 'protocol' | 'l4proto'): Attribute {
  return expression('meta', [
    [NFTA_META_DREG, be32(NFT_REG_1)],
    [NFTA_META_KEY, be32(META_KEYS[key])],
  ]);
}

/** Ends the rule, unless what was loaded compares so with a value. */
export function compare(operator: (typeof COMPARISONS)[number], value: Buffer): Attribute {
  return expression('cmp', [
    [NFTA_CMP_SREG, be32(NFT_REG_1)],
    [NFTA_CMP_OP, be32(COMPARISONS.indexOf(operator))],
    [NFTA_CMP_DATA, [[NFTA_DATA_VALUE, value]]],
  ]);
}

/** Keeps only some bits of what was loaded. */
export function maskWith(mask: Buffer): Attribute {
  return expression('bitwise', [
    [NFTA_BITWISE_SREG, be32(NFT_REG_1)],
    [NFTA_BITWISE_DREG, be32(NFT_REG_1)],
    [NFTA_BITWISE_LEN, be32(mask.length)],
    [NFTA_BITWISE_MASK, [[NFTA_DATA_VALUE, mask]]],
    [NFTA_BITWISE_XOR, [[NFTA_DATA_VALUE, Buffer.alloc(mask.length)]]],
  ]);
}

/** `meta nftrace set 1`: from here on the packet's way through this namespace's rules is told. */
export function setTrace(): Attribute[] {
  return [
    expression('immediate', [
      [NFTA_IMMEDIATE_DREG, be32(NFT_REG_1)],
      [NFTA_IMMEDIATE_DATA, [[NFTA_DATA_VALUE, Buffer.of(1)]]],
    ]),
    expression('meta', [
      [NFTA_META_KEY, be32(META_KEYS.nftrace)],
      [NFTA_META_SREG, be32(NFT_REG_1)],
    ]),
  ];
}

function expression(name: string, data: readonly Attribute[]): Attribute {
  return [
    NFTA_LIST_ELEM,
    [
      [NFTA_EXPR_NAME, cString(name)],
      [NFTA_EXPR_DATA, data],
    ],
  ];
}
