import { bareHeader, ETHERTYPE } from '../../wire/ethernet.ts';
import { oneOf } from '../codec/one-of.ts';
import { be32, be64, bytes, sbe32, string } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import type { Reply } from '../message.ts';
import { netfilterBody, netfilterType } from './netfilter.ts';
import type { ChainPlace } from './nf-tables.ts';

/** The group that is told of traced packets. */
export const NFNLGRP_NFTRACE = 9;

const NFT_MSG_TRACE = 17;

export const nftTrace = netfilterBody(
  table({
    table: attribute('NFTA_TRACE_TABLE', 1, string, { ifAbsent: '' }),
    chain: attribute('NFTA_TRACE_CHAIN', 2, string, { ifAbsent: '' }),
    handle: attribute('NFTA_TRACE_RULE_HANDLE', 3, be64),
    type: attribute('NFTA_TRACE_TYPE', 4, oneOf(be32, 'NFT_TRACETYPE_', { policy: 1, return: 2, rule: 3 })),
    verdict: attribute('NFTA_TRACE_VERDICT', 5, table({ code: attribute('NFTA_VERDICT_CODE', 1, sbe32) })),
    packet: attribute('NFTA_TRACE_ID', 6, be32, { ifAbsent: 0 }),
    network: attribute('NFTA_TRACE_NETWORK_HEADER', 8, bytes),
    transport: attribute('NFTA_TRACE_TRANSPORT_HEADER', 9, bytes),
    iif: attribute('NFTA_TRACE_IIF', 10, be32),
    oif: attribute('NFTA_TRACE_OIF', 12, be32),
    policy: attribute('NFTA_TRACE_POLICY', 16, be32),
  }),
);

/** `NF_DROP` …; an errno, or a queue's number, may stand above (`NF_VERDICT_MASK`). */
const VERDICTS = ['drop', 'accept', 'stolen', 'queue'] as const;
const NF_VERDICT_MASK = 0xff;

export type Verdict = (typeof VERDICTS)[number] | 'go on';

/** What one rule, or the policy of a chain, made of a packet. */
export interface NftTrace extends ChainPlace {
  /** Undefined for a policy. */
  handle: bigint | undefined;
  /** `go on`: with a later rule, in the same chain or another. */
  verdict: Verdict;
  /** Tells packets apart, though not for ever. */
  packet: number;
  /** How the packet was when it came to the base chain; only the first word of each base chain has it. */
  seen: SeenPacket | undefined;
}

/** A packet as a packet filter saw it, and the devices that it is between. */
export interface SeenPacket {
  /** As a frame without MAC addresses; 40 bytes of the network header and 20 from the transport header on, at most. */
  frame: Buffer;
  /** ifindex of the device that it came in by; undefined for one that this namespace sends. */
  iif: number | undefined;
  /** ifindex of the device that it is to leave by, once that is known. */
  oif: number | undefined;
}

/** Reads what {@link NFNLGRP_NFTRACE} is told; undefined for any other message. */
export function decodeTrace({ type, body }: Reply): NftTrace | undefined {
  if (type !== netfilterType('nftables', NFT_MSG_TRACE)) return undefined;
  const { family, table, chain, packet, ...told } = nftTrace.read(body);
  if (family === 'other') return undefined;
  // Those of nftables itself, such as `jump`, are negative.
  const code = told.type === 'policy' ? told.policy : told.verdict?.code;
  const { network, transport = Buffer.alloc(0), iif, oif } = told;
  return {
    ...{ family, table, chain, packet },
    handle: told.type === 'rule' ? told.handle : undefined,
    verdict: (code !== undefined && code >= 0 && VERDICTS[code & NF_VERDICT_MASK]) || 'go on',
    seen: network && { frame: frameAround(Buffer.concat([network, transport])), iif, oif },
  };
}

/** A packet as a frame without MAC addresses. ARP begins with its kind of hardware, whose first byte is 0 (RFC 826). */
export function frameAround(packet: Buffer): Buffer {
  const version = (packet[0] ?? 0) >> 4;
  const etherType = version === 4 ? ETHERTYPE.ipv4 : version === 6 ? ETHERTYPE.ipv6 : ETHERTYPE.arp;
  return Buffer.concat([bareHeader(etherType), packet]);
}
