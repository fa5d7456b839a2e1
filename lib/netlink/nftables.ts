import { hasCode } from '../kernel/has-code.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { decodeAttributes } from './attribute.ts';
import { type Message, raw } from './raw.ts';
import { NetlinkSocket } from './socket.ts';

const NETLINK_NETFILTER = 12;
// linux/netfilter/nfnetlink.h, nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_GETGEN = 16;
const NFTA_GEN_ID = 1;
const NFTA_CHAIN_HOOK = 4;
const NFTA_HOOK_DEV = 3;
const NFTA_HOOK_DEVS = 4;
/** `struct nfgenmsg`: family, version, resource. */
const NFGENMSG_LENGTH = 4;
/** What a new namespace has (`nf_tables_init_net`); every transaction counts one on. */
const FIRST_GENERATION = 1;

/** Whether anybody has ever put nftables rules into a namespace. Costs microseconds where starting `nft` costs milliseconds. */
export function hadNftables(namespace: NetNamespace): boolean {
  try {
    using socket = openNetfilterSocket(namespace);
    const body = socket.get(raw(request(NFT_MSG_GETGEN), { operation: 'nft list ruleset' }));
    const generation = decodeAttributes(body.subarray(NFGENMSG_LENGTH)).get(NFTA_GEN_ID)?.readUInt32BE(0);
    return generation !== undefined && generation > FIRST_GENERATION;
  } catch (error) {
    if (isWithoutNftables(error)) return false;
    throw error;
  }
}

/** Whether a namespace has chains at single devices (`hook ingress device eth0`, `hook egress …`). */
export function hasFiltersAtDevices(namespace: NetNamespace): boolean {
  if (!hadNftables(namespace)) return false;
  using socket = openNetfilterSocket(namespace);
  return socket.list(raw(request(NFT_MSG_GETCHAIN), { operation: 'nft list chains' })).some((body) => {
    const chain = decodeAttributes(body.subarray(NFGENMSG_LENGTH));
    const hook = decodeAttributes(chain.get(NFTA_CHAIN_HOOK) ?? Buffer.alloc(0));
    return hook.has(NFTA_HOOK_DEV) || hook.has(NFTA_HOOK_DEVS);
  });
}

/** A netlink socket for a namespace's packet filters. */
export function openNetfilterSocket(namespace: NetNamespace): NetlinkSocket {
  return namespace.run(() => new NetlinkSocket({ protocol: NETLINK_NETFILTER }));
}

/**
 * Whether an error says that this kernel has no nftables: no netfilter socket (`EPROTONOSUPPORT`, `__netlink_create`), or
 * nobody behind it (`EINVAL`, `nfnetlink_rcv_msg`; `EOPNOTSUPP` for a message that is newer than the kernel).
 */
export function isWithoutNftables(error: unknown): boolean {
  return hasCode(error, 'EPROTONOSUPPORT', 'EINVAL', 'EOPNOTSUPP');
}

function request(message: number): Message {
  const type = (NFNL_SUBSYS_NFTABLES << 8) | message;
  return { type, flags: 0, header: Buffer.alloc(NFGENMSG_LENGTH), attributes: [] };
}
