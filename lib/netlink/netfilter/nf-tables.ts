import { unlessCode } from '../../base/has-code.ts';
import { NLM_F_APPEND, NLM_F_CREATE } from '../../kernel/constants.ts';
import { list } from '../codec/list.ts';
import { be32, be64, sbe32, string } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import { type Request, requestOf } from '../request.ts';
import type { NetlinkSocket } from '../socket.ts';
import { type FilterFamily, netfilterBody, netfilterType } from './netfilter.ts';
import { type NftExpression, nftExpression } from './nf-expression.ts';

/** Numbers of messages (`enum nf_tables_msg_types`). */
const MESSAGES = {
  ...{ newTable: 0, getTable: 1, delTable: 2, newChain: 3, getChain: 4, newRule: 6, getRule: 7, getSet: 10 },
} as const;
const NFT_TABLE_F_OWNER = 0x2;
/** `NFT_SET_EVAL` and `NFT_SET_EXPR`: an element may have expressions of its own, such as a limit. */
const HAS_EXPRESSIONS = 0x20 | 0x100;
/** `NFT_SET_INTERVAL`. */
const HAS_RANGES = 0x4;
/** `NFT_SET_TIMEOUT`. */
const FORGETS = 0x10;

export const nftTable = netfilterBody(
  table({ table: attribute('NFTA_TABLE_NAME', 1, string), flags: attribute('NFTA_TABLE_FLAGS', 2, be32) }),
);

export const nftChain = netfilterBody(
  table({
    table: attribute('NFTA_CHAIN_TABLE', 1, string),
    chain: attribute('NFTA_CHAIN_NAME', 3, string),
    hook: attribute(
      'NFTA_CHAIN_HOOK',
      4,
      table({
        number: attribute('NFTA_HOOK_HOOKNUM', 1, be32),
        priority: attribute('NFTA_HOOK_PRIORITY', 2, sbe32),
        device: attribute('NFTA_HOOK_DEV', 3, string),
        devices: attribute('NFTA_HOOK_DEVS', 4, list(1, string)),
      }),
    ),
    type: attribute('NFTA_CHAIN_TYPE', 7, string),
  }),
);

export const nftRule = netfilterBody(
  table({
    table: attribute('NFTA_RULE_TABLE', 1, string),
    chain: attribute('NFTA_RULE_CHAIN', 2, string),
    handle: attribute('NFTA_RULE_HANDLE', 3, be64),
    // NFTA_LIST_ELEM
    expressions: attribute('NFTA_RULE_EXPRESSIONS', 4, list(1, nftExpression)),
  }),
);

export const nftSet = netfilterBody(
  table({
    table: attribute('NFTA_SET_TABLE', 1, string),
    set: attribute('NFTA_SET_NAME', 2, string),
    flags: attribute('NFTA_SET_FLAGS', 3, be32, { ifAbsent: 0 }),
    expression: attribute('NFTA_SET_EXPR', 17, nftExpression),
    expressions: attribute('NFTA_SET_EXPRESSIONS', 18, list(1, nftExpression), { ifAbsent: [] }),
  }),
);

/** nft's words for the hooks by their numbers (`NF_INET_*`; `NF_BR_*` are the same). */
const INET_HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'] as const;
const HOOKS = {
  inet: INET_HOOKS,
  ip: INET_HOOKS,
  ip6: INET_HOOKS,
  bridge: INET_HOOKS,
  arp: ['input', 'output', 'forward'],
  netdev: ['ingress', 'egress'],
} as const satisfies Record<FilterFamily, readonly string[]>;
export type HookName = (typeof HOOKS)[FilterFamily][number];

/** Where a rule is. */
export interface ChainPlace {
  family: FilterFamily;
  table: string;
  chain: string;
}

/** A chain that packets come to by a hook. */
interface BaseChain extends ChainPlace {
  hook: HookName;
  priority: number;
  /** Of `netdev`: the devices whose packets these are. */
  devices?: readonly string[];
}

/** Makes a table that only its socket may change, and that vanishes with it (Linux 5.12). */
export function newOwnedTable({ family, table }: Omit<ChainPlace, 'chain'>): Request {
  const values = { family, table, flags: NFT_TABLE_F_OWNER };
  return request('newTable', nftTable, values, `nft add table ${family} ${table} { flags owner; }`, NLM_F_CREATE);
}

export function deleteTable({ family, table }: Omit<ChainPlace, 'chain'>): Request {
  return request('delTable', nftTable, { family, table }, `nft delete table ${family} ${table}`);
}

/** Makes a chain that accepts what its rules do not judge. */
export function newBaseChain({ family, table, chain, hook, priority, devices }: BaseChain): Request {
  const number = (HOOKS[family] as readonly string[]).indexOf(hook);
  const values = { family, table, chain, hook: { number, priority, devices }, type: 'filter' };
  return request('newChain', nftChain, values, `nft add chain ${family} ${table} ${chain}`, NLM_F_CREATE);
}

/** Makes a rule behind those that are there. */
export function newRule({ family, table, chain }: ChainPlace, expressions: readonly NftExpression[]): Request {
  const values = { family, table, chain, expressions };
  return request('newRule', nftRule, values, `nft add rule ${family} ${table} ${chain}`, NLM_F_CREATE | NLM_F_APPEND);
}

export function familiesOf(socket: NetlinkSocket): FilterFamily[] {
  const tables = socket.list(request('getTable', nftTable, {}, 'nft list tables'));
  return tables.flatMap(({ family }) => (family === 'other' ? [] : [family]));
}

/** Whether the socket's namespace has chains at single devices (`hook ingress device eth0`, `hook egress …`). */
export function hasChainsAtDevices(socket: NetlinkSocket): boolean {
  const chains = socket.list(request('getChain', nftChain, {}, 'nft list chains'));
  return chains.some(({ hook }) => hook?.device !== undefined || hook?.devices !== undefined);
}

/**
 * The expressions of all rules and sets of the socket's namespace; `unknown` stands for those of a set's elements. A lookup says whether
 * its set `hasRanges`, and whether it `forgets` elements after a time.
 *
 * @param families those of these tables alone
 */
export function listExpressions(socket: NetlinkSocket, families?: readonly FilterFamily[]): NftExpression[] {
  const isWanted = ({ family }: { family: FilterFamily | 'other' }) =>
    !families || families.some((each) => each === family);
  const rules = socket.list(request('getRule', nftRule, {}, 'nft list ruleset')).filter(isWanted);
  const sets = socket.list(request('getSet', nftSet, {}, 'nft list sets')).filter(isWanted);
  const ofSets = sets.flatMap(({ flags, expression, expressions }) => {
    const all = expression ? [expression, ...expressions] : expressions;
    return all.length === 0 && flags & HAS_EXPRESSIONS ? [{ name: 'unknown', data: {} }] : all;
  });
  const nameOf = ({ family, table = '' }: { family: string; table?: string | undefined }, set = '') =>
    `${family} ${table} ${set}`;
  const flagsOf = new Map(sets.map((each) => [nameOf(each, each.set), each.flags]));
  const ofRules = rules.flatMap((rule) =>
    (rule.expressions ?? []).map(({ name, data }) => {
      const { set } = data as { set?: string };
      if (set === undefined) return { name, data };
      const flags = flagsOf.get(nameOf(rule, set)) ?? 0;
      return { name, data: { ...data, hasRanges: (flags & HAS_RANGES) !== 0, forgets: (flags & FORGETS) !== 0 } };
    }),
  );
  return [...ofRules, ...ofSets];
}

/** The hook of a chain; undefined for one that is only jumped to, or is gone. */
export function getHook(socket: NetlinkSocket, place: ChainPlace): HookName | undefined {
  const chain = get(socket, request('getChain', nftChain, place, 'nft list chain'));
  const number = chain?.hook?.number;
  return number === undefined ? undefined : HOOKS[place.family][number];
}

/** The names of a rule's expressions; of a target of iptables (`nft_compat`), that target's. None for a rule that is gone. */
export function getExpressions(socket: NetlinkSocket, place: ChainPlace & { handle: bigint }): string[] {
  const rule = get(socket, request('getRule', nftRule, place, 'nft list rule'));
  return (rule?.expressions ?? []).map(({ name, data }) => ('target' in data ? String(data.target) : name));
}

function request<R, W>(
  message: keyof typeof MESSAGES,
  of: Parameters<typeof requestOf<R, W>>[1],
  values: W,
  words: string,
  flags = 0,
): Request<R> {
  return requestOf(netfilterType('nftables', MESSAGES[message]), of, values, { flags, words });
}

function get<R>(socket: NetlinkSocket, wanted: Request<R>): R | undefined {
  return unlessCode(['ENOENT'], () => socket.get(wanted), undefined);
}
