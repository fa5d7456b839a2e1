import { cString, readCString } from '../kernel/bytes.ts';
import { NLM_F_APPEND, NLM_F_CREATE } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { type Attribute, decodeAttributes, listAttributes } from './attribute.ts';
import { attributesOf, type FilterFamily, familyOf, netfilterHeader } from './netfilter.ts';
import { be32 } from './nf-expression.ts';
import { type Message, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

// linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_GETTABLE = 1;
const NFT_MSG_DELTABLE = 2;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_NEWRULE = 6;
const NFT_MSG_GETRULE = 7;
const NFTA_TABLE_NAME = 1;
const NFTA_TABLE_FLAGS = 2;
const NFT_TABLE_F_OWNER = 0x2;
const NFTA_CHAIN_TABLE = 1;
const NFTA_CHAIN_NAME = 3;
const NFTA_CHAIN_HOOK = 4;
const NFTA_CHAIN_TYPE = 7;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;
const NFTA_HOOK_DEV = 3;
const NFTA_HOOK_DEVS = 4;
const NFTA_DEVICE_NAME = 1;
const NFTA_RULE_TABLE = 1;
const NFTA_RULE_CHAIN = 2;
const NFTA_RULE_HANDLE = 3;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_TARGET_NAME = 1;

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

/** Where a chain, or a rule of it, is. */
export interface ChainPlace {
  family: FilterFamily;
  table: string;
  chain: string;
}

/** A chain that packets come to by a hook. */
export interface BaseChain extends ChainPlace {
  hook: HookName;
  priority: number;
  /** Of `netdev`: the devices whose packets these are. */
  devices?: readonly string[];
}

/** A table that only its socket may change, and that vanishes with it (Linux 5.12). */
export function newOwnedTable({ family, table }: Omit<ChainPlace, 'chain'>): Message {
  const attributes: Attribute[] = [
    [NFTA_TABLE_NAME, cString(table)],
    [NFTA_TABLE_FLAGS, be32(NFT_TABLE_F_OWNER)],
  ];
  return { ...message(NFT_MSG_NEWTABLE, family), flags: NLM_F_CREATE, attributes };
}

export function deleteTable({ family, table }: Omit<ChainPlace, 'chain'>): Message {
  return { ...message(NFT_MSG_DELTABLE, family), attributes: [[NFTA_TABLE_NAME, cString(table)]] };
}

/** Accepts what its rules do not judge. */
export function newBaseChain({ family, table, chain, hook, priority, devices }: BaseChain): Message {
  const names = devices?.map((name): Attribute => [NFTA_DEVICE_NAME, cString(name)]);
  const attributes: Attribute[] = [
    [NFTA_CHAIN_TABLE, cString(table)],
    [NFTA_CHAIN_NAME, cString(chain)],
    [
      NFTA_CHAIN_HOOK,
      [
        [NFTA_HOOK_HOOKNUM, be32((HOOKS[family] as readonly string[]).indexOf(hook))],
        [NFTA_HOOK_PRIORITY, be32(priority)],
        [NFTA_HOOK_DEVS, names],
      ],
    ],
    [NFTA_CHAIN_TYPE, cString('filter')],
  ];
  return { ...message(NFT_MSG_NEWCHAIN, family), flags: NLM_F_CREATE, attributes };
}

/** A rule behind those that are there. */
export function newRule({ family, table, chain }: ChainPlace, expressions: readonly Attribute[]): Message {
  const attributes: Attribute[] = [
    [NFTA_RULE_TABLE, cString(table)],
    [NFTA_RULE_CHAIN, cString(chain)],
    [NFTA_RULE_EXPRESSIONS, expressions],
  ];
  return { ...message(NFT_MSG_NEWRULE, family), flags: NLM_F_CREATE | NLM_F_APPEND, attributes };
}

/** Every table of the socket's namespace. */
export function listTables(socket: NetlinkSocket): { family: FilterFamily; name: string }[] {
  return socket.list(raw(message(NFT_MSG_GETTABLE), { operation: 'nft list tables' })).flatMap((body) => {
    const family = familyOf(body);
    const name = decodeAttributes(attributesOf(body)).get(NFTA_TABLE_NAME);
    return family && name ? [{ family, name: readCString(name) }] : [];
  });
}

/** Whether the socket's namespace has chains at single devices (`hook ingress device eth0`, `hook egress …`). */
export function hasChainsAtDevices(socket: NetlinkSocket): boolean {
  return socket.list(raw(message(NFT_MSG_GETCHAIN), { operation: 'nft list chains' })).some((body) => {
    const hook = decodeAttributes(attributesOf(body)).get(NFTA_CHAIN_HOOK);
    const of = decodeAttributes(hook ?? Buffer.alloc(0));
    return of.has(NFTA_HOOK_DEV) || of.has(NFTA_HOOK_DEVS);
  });
}

/** The hook of a chain and its type (`filter`, `nat`, `route`); undefined for one that is only jumped to, or is gone. */
export function getHook(
  socket: NetlinkSocket,
  { family, table, chain }: ChainPlace,
): { hook: HookName; type: string } | undefined {
  const attributes: Attribute[] = [
    [NFTA_CHAIN_TABLE, cString(table)],
    [NFTA_CHAIN_NAME, cString(chain)],
  ];
  const of = get(socket, { ...message(NFT_MSG_GETCHAIN, family), attributes }, 'nft list chain');
  const [nested, type] = [of?.get(NFTA_CHAIN_HOOK), of?.get(NFTA_CHAIN_TYPE)];
  const number = nested && decodeAttributes(nested).get(NFTA_HOOK_HOOKNUM)?.readUInt32BE(0);
  const hook = number === undefined ? undefined : HOOKS[family][number];
  return hook && { hook, type: type ? readCString(type) : '' };
}

/** The names of a rule's expressions; of a target of iptables (`nft_compat`), that target's. None for a rule that is gone. */
export function getExpressions(
  socket: NetlinkSocket,
  { family, table, chain, handle }: ChainPlace & { handle: bigint },
): string[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(handle);
  const attributes: Attribute[] = [
    [NFTA_RULE_TABLE, cString(table)],
    [NFTA_RULE_CHAIN, cString(chain)],
    [NFTA_RULE_HANDLE, bytes],
  ];
  const of = get(socket, { ...message(NFT_MSG_GETRULE, family), attributes }, 'nft list rule');
  return listAttributes(of?.get(NFTA_RULE_EXPRESSIONS) ?? Buffer.alloc(0)).map(([, element]) => nameOf(element));
}

function nameOf(element: Buffer): string {
  const of = decodeAttributes(element);
  const name = readCString(of.get(NFTA_EXPR_NAME) ?? Buffer.alloc(0));
  const target = name === 'target' ? decodeAttributes(of.get(NFTA_EXPR_DATA) ?? Buffer.alloc(0)) : undefined;
  return target ? readCString(target.get(NFTA_TARGET_NAME) ?? Buffer.alloc(0)) : name;
}

function message(type: number, family?: FilterFamily): Message {
  return { type: (NFNL_SUBSYS_NFTABLES << 8) | type, flags: 0, header: netfilterHeader(family), attributes: [] };
}

function get(socket: NetlinkSocket, request: Message, operation: string): Map<number, Buffer> | undefined {
  try {
    return decodeAttributes(attributesOf(socket.get(raw(request, { operation }))));
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
