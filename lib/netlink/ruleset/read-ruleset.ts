import { cString, readCString } from '../../kernel/bytes.ts';
import type { NetNamespace } from '../../kernel/net-namespace.ts';
import { type Attribute, decodeAttributes, listAttributes } from '../attribute.ts';
import { isWithoutNftables, openNetfilterSocket } from '../nftables.ts';
import { raw } from '../raw.ts';
import type { NetlinkSocket } from '../socket.ts';
import { decodeData, decodeExpression, type Expression, type Verdict } from './expression.ts';

/** A chain with its rules, in the order in which they are tried. */
export interface FilterChain {
  family: FilterFamily;
  table: string;
  name: string;
  /** Counts up within its table, together with the rules'. */
  handle: bigint;
  /** Undefined for a chain that is only jumped to. */
  hook: { type: string; number: number; priority: number; devices: string[] } | undefined;
  policy: 'accept' | 'drop';
  rules: FilterRule[];
}

export interface FilterRule {
  handle: bigint;
  expressions: Expression[];
  comment: string | undefined;
}

export interface FilterSet {
  family: FilterFamily;
  table: string;
  name: string;
  anonymous: boolean;
  /** Its elements are the ends of intervals. */
  interval: boolean;
  /** Elements come from packets, time out, or are objects: what is in it is not for sure. */
  changing: boolean;
  elements: FilterElement[];
}

export interface FilterElement {
  key: Buffer;
  /** The first key that is no longer of the interval. */
  end: boolean;
  /** Of a set of concatenated ranges: `key` is only where it begins (`nft_pipapo`). */
  range: boolean;
  /** Stands for whatever no other element does. */
  catchAll: boolean;
  value: Buffer | undefined;
  verdict: Verdict | undefined;
}

/** Everything that `nft list ruleset` shows of what happens to packets. */
export interface Ruleset {
  chains: FilterChain[];
  sets: FilterSet[];
}

/** nft's words for the protocol families (`NFPROTO_*`). */
const FAMILIES = { 1: 'inet', 2: 'ip', 3: 'arp', 5: 'netdev', 7: 'bridge', 10: 'ip6' } as const;
export type FilterFamily = (typeof FAMILIES)[keyof typeof FAMILIES];

/** Reads the packet filters of a namespace; undefined on a kernel without nftables. */
export function readRuleset(namespace: NetNamespace): Ruleset | undefined {
  try {
    using socket = openNetfilterSocket(namespace);
    const chains = dump(socket, NFT_MSG_GETCHAIN).flatMap(decodeChain);
    const dormant = new Set(dump(socket, NFT_MSG_GETTABLE).flatMap(dormantTable));
    // Of a table that sleeps no chain has a hook (nf_tables_table_disable).
    for (const chain of chains) if (dormant.has(`${chain.family} ${chain.table}`)) chain.hook = undefined;
    for (const body of dump(socket, NFT_MSG_GETRULE)) addRule(chains, body);
    const sets = dump(socket, NFT_MSG_GETSET).flatMap(decodeSet);
    for (const set of sets) set.elements = readElements(socket, set);
    return { chains, sets };
  } catch (error) {
    if (isWithoutNftables(error)) return undefined;
    throw error;
  }
}

// linux/netfilter/nfnetlink.h, nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_GETTABLE = 1;
const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_GETRULE = 7;
const NFT_MSG_GETSET = 10;
const NFT_MSG_GETSETELEM = 13;
const NFGENMSG = 4;

const NFT_TABLE_F_DORMANT = 0x1;
const NFT_SET_ANONYMOUS = 0x1;
const NFT_SET_INTERVAL = 0x4;
const NFT_SET_TIMEOUT = 0x10;
const NFT_SET_EVAL = 0x20;
const NFT_SET_OBJECT = 0x40;
const NFT_SET_ELEM_INTERVAL_END = 0x1;
const NFT_SET_ELEM_CATCHALL = 0x2;
const NFTA_SET_ELEM_KEY_END = 10;

function dump(socket: NetlinkSocket, message: number, family = 0, attributes: readonly Attribute[] = []): Buffer[] {
  const header = Buffer.of(family, 0, 0, 0);
  const type = (NFNL_SUBSYS_NFTABLES << 8) | message;
  return socket.list(raw({ type, flags: 0, header, attributes }, { operation: 'nft list ruleset' }));
}

function familyOf(body: Buffer): FilterFamily | undefined {
  return (FAMILIES as Record<number, FilterFamily>)[body.readUInt8(0)];
}

function text(bytes: Buffer | undefined): string {
  return bytes ? readCString(bytes) : '';
}

function dormantTable(body: Buffer): string[] {
  const of = decodeAttributes(body.subarray(NFGENMSG));
  const flags = of.get(2)?.readUInt32BE(0) ?? 0;
  return (flags & NFT_TABLE_F_DORMANT) === 0 ? [] : [`${familyOf(body)} ${text(of.get(1))}`];
}

function decodeChain(body: Buffer): FilterChain[] {
  const family = familyOf(body);
  const of = decodeAttributes(body.subarray(NFGENMSG));
  const hook = of.get(4);
  if (!family) return [];
  return [
    {
      family,
      table: text(of.get(1)),
      name: text(of.get(3)),
      handle: of.get(2)?.readBigUInt64BE(0) ?? 0n,
      hook: hook && decodeHook(decodeAttributes(hook), text(of.get(7))),
      policy: of.get(5)?.readUInt32BE(0) === 0 ? 'drop' : 'accept',
      rules: [],
    },
  ];
}

function decodeHook(of: Map<number, Buffer>, type: string): FilterChain['hook'] {
  const [device, devices] = [of.get(3), of.get(4)];
  return {
    type,
    number: of.get(1)?.readUInt32BE(0) ?? 0,
    priority: of.get(2)?.readInt32BE(0) ?? 0,
    devices: devices ? listAttributes(devices).map(([, name]) => readCString(name)) : device ? [text(device)] : [],
  };
}

function addRule(chains: readonly FilterChain[], body: Buffer): void {
  const of = decodeAttributes(body.subarray(NFGENMSG));
  const [family, table, name] = [familyOf(body), text(of.get(1)), text(of.get(2))];
  const chain = chains.find((each) => each.family === family && each.table === table && each.name === name);
  const expressions = of.get(4);
  chain?.rules.push({
    handle: of.get(3)?.readBigUInt64BE(0) ?? 0n,
    expressions: expressions ? listAttributes(expressions).map(([, element]) => decodeExpression(element)) : [],
    comment: commentOf(of.get(7)),
  });
}

/** libnftnl's user data: type, length, value; type 0 is the comment (`NFTNL_UDATA_RULE_COMMENT`). */
function commentOf(data: Buffer | undefined): string | undefined {
  for (let at = 0; data && at + 2 <= data.length; at += 2 + data.readUInt8(at + 1)) {
    if (data.readUInt8(at) === 0) return readCString(data.subarray(at + 2, at + 2 + data.readUInt8(at + 1)));
  }
  return undefined;
}

function decodeSet(body: Buffer): FilterSet[] {
  const family = familyOf(body);
  const of = decodeAttributes(body.subarray(NFGENMSG));
  const flags = of.get(3)?.readUInt32BE(0) ?? 0;
  if (!family) return [];
  return [
    {
      family,
      table: text(of.get(1)),
      name: text(of.get(2)),
      anonymous: (flags & NFT_SET_ANONYMOUS) !== 0,
      interval: (flags & NFT_SET_INTERVAL) !== 0,
      changing: (flags & (NFT_SET_TIMEOUT | NFT_SET_EVAL | NFT_SET_OBJECT)) !== 0,
      elements: [],
    },
  ];
}

function readElements(socket: NetlinkSocket, { family, table, name }: FilterSet): FilterElement[] {
  const number = Object.entries(FAMILIES).find(([, each]) => each === family)?.[0];
  const wanted: Attribute[] = [
    [1, cString(table)],
    [2, cString(name)],
  ];
  return dump(socket, NFT_MSG_GETSETELEM, Number(number), wanted).flatMap((body) => {
    const elements = decodeAttributes(body.subarray(NFGENMSG)).get(3);
    return elements ? listAttributes(elements).map(([, element]) => decodeElement(decodeAttributes(element))) : [];
  });
}

function decodeElement(of: Map<number, Buffer>): FilterElement {
  const [key, data] = [of.get(1), of.get(2)];
  const flags = of.get(3)?.readUInt32BE(0) ?? 0;
  const { value, verdict } = data ? decodeData(data) : {};
  return {
    key: (key && decodeData(key).value) ?? Buffer.alloc(0),
    end: (flags & NFT_SET_ELEM_INTERVAL_END) !== 0,
    range: of.has(NFTA_SET_ELEM_KEY_END),
    catchAll: (flags & NFT_SET_ELEM_CATCHALL) !== 0,
    value,
    verdict,
  };
}
