import { readCString } from '../kernel/bytes.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { decodeAttributes } from './attribute.ts';
import type { Reply } from './message.ts';
import { attributesOf, familyOf } from './netfilter.ts';
import type { ChainPlace } from './nf-tables.ts';

/** The group that is told of traced packets. */
export const NFNLGRP_NFTRACE = 9;

const NFT_MSG_TRACE = (10 << 8) | 17;
const NFTA_TRACE_TABLE = 1;
const NFTA_TRACE_CHAIN = 2;
const NFTA_TRACE_RULE_HANDLE = 3;
const NFTA_TRACE_TYPE = 4;
const NFTA_TRACE_VERDICT = 5;
const NFTA_TRACE_ID = 6;
const NFTA_TRACE_NETWORK_HEADER = 8;
const NFTA_TRACE_TRANSPORT_HEADER = 9;
const NFTA_TRACE_IIF = 10;
const NFTA_TRACE_OIF = 12;
const NFTA_TRACE_POLICY = 16;
const NFTA_VERDICT_CODE = 1;
const NFT_TRACETYPE_POLICY = 1;
const NFT_TRACETYPE_RULE = 3;

/** `NF_DROP` …, `NFT_CONTINUE` …; an errno, or a queue's number, may stand above (`NF_VERDICT_MASK`). */
const VERDICTS: Record<number, Verdict> = { 0: 'drop', 1: 'accept', 2: 'stolen', 3: 'queue' };
const NF_VERDICT_MASK = 0xff;

export type Verdict = 'drop' | 'accept' | 'stolen' | 'queue' | 'go on';

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

/** Reads an event of {@link NFNLGRP_NFTRACE}; undefined for any other message, and for the end of a chain that decided nothing. */
export function decodeTrace({ type, body }: Reply): NftTrace | undefined {
  const family = familyOf(body);
  if (type !== NFT_MSG_TRACE || !family) return undefined;
  const of = decodeAttributes(attributesOf(body));
  const kind = of.get(NFTA_TRACE_TYPE)?.readUInt32BE(0);
  const nested = of.get(NFTA_TRACE_VERDICT);
  const code =
    kind === NFT_TRACETYPE_POLICY
      ? of.get(NFTA_TRACE_POLICY)?.readUInt32BE(0)
      : nested && decodeAttributes(nested).get(NFTA_VERDICT_CODE)?.readInt32BE(0);
  return {
    family,
    table: text(of.get(NFTA_TRACE_TABLE)),
    chain: text(of.get(NFTA_TRACE_CHAIN)),
    handle: kind === NFT_TRACETYPE_RULE ? of.get(NFTA_TRACE_RULE_HANDLE)?.readBigUInt64BE(0) : undefined,
    verdict: (code !== undefined && code >= 0 && VERDICTS[code & NF_VERDICT_MASK]) || 'go on',
    packet: of.get(NFTA_TRACE_ID)?.readUInt32BE(0) ?? 0,
    seen: seenPacket(of),
  };
}

function seenPacket(of: Map<number, Buffer>): SeenPacket | undefined {
  const network = of.get(NFTA_TRACE_NETWORK_HEADER);
  if (!network) return undefined;
  return {
    frame: frameAround(Buffer.concat([network, of.get(NFTA_TRACE_TRANSPORT_HEADER) ?? Buffer.alloc(0)])),
    iif: of.get(NFTA_TRACE_IIF)?.readUInt32BE(0),
    oif: of.get(NFTA_TRACE_OIF)?.readUInt32BE(0),
  };
}

/** A packet as a frame without MAC addresses. ARP begins with its kind of hardware, whose first byte is 0 (RFC 826). */
export function frameAround(packet: Buffer): Buffer {
  const version = (packet[0] ?? 0) >> 4;
  const header = Buffer.alloc(14);
  header.writeUInt16BE(version === 4 ? ETHERTYPE.ipv4 : version === 6 ? ETHERTYPE.ipv6 : ETHERTYPE.arp, 12);
  return Buffer.concat([header, packet]);
}

function text(bytes: Buffer | undefined): string {
  return bytes ? readCString(bytes) : '';
}
