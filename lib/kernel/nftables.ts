import type { NetNamespace } from './net-namespace.ts';
import { decodeAttributes } from './rtnetlink/attribute.ts';
import type { Request } from './rtnetlink/message.ts';
import { RtnetlinkSocket } from './rtnetlink/socket.ts';

const NETLINK_NETFILTER = 12;
// linux/netfilter/nfnetlink.h, nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_GETCHAIN = 4;
const NFT_MSG_GETGEN = 16;
const NFTA_GEN_ID = 1;
const NFTA_CHAIN_HOOK = 4;
const NFTA_HOOK_DEV = 3;
const NFTA_HOOK_DEVS = 4;
/** struct nfgenmsg: family, version, resource. */
const NFGENMSG_LENGTH = 4;
/** What a new namespace has (`nf_tables_init_net`); every transaction counts one on. */
const FIRST_GENERATION = 1;

/** Whether anybody has ever put nftables rules into a namespace. Costs microseconds where starting `nft` costs milliseconds. */
export function hadNftables(namespace: NetNamespace): boolean {
  let socket: RtnetlinkSocket | undefined;
  try {
    socket = namespace.run(() => new RtnetlinkSocket(NETLINK_NETFILTER));
    const body = socket.get(request(NFT_MSG_GETGEN), { operation: 'nft list ruleset' });
    const generation = decodeAttributes(body.subarray(NFGENMSG_LENGTH)).get(NFTA_GEN_ID)?.readUInt32BE(0);
    return generation !== undefined && generation > FIRST_GENERATION;
  } catch {
    // A kernel without nftables.
    return false;
  } finally {
    socket?.close();
  }
}

/** Whether a namespace has chains at single devices (`hook ingress device eth0`, `hook egress …`). */
export function hasFiltersAtDevices(namespace: NetNamespace): boolean {
  if (!hadNftables(namespace)) return false;
  const socket = namespace.run(() => new RtnetlinkSocket(NETLINK_NETFILTER));
  try {
    return socket.dump(request(NFT_MSG_GETCHAIN), { operation: 'nft list chains' }).some((body) => {
      const chain = decodeAttributes(body.subarray(NFGENMSG_LENGTH));
      const hook = decodeAttributes(chain.get(NFTA_CHAIN_HOOK) ?? Buffer.alloc(0));
      return hook.has(NFTA_HOOK_DEV) || hook.has(NFTA_HOOK_DEVS);
    });
  } finally {
    socket.close();
  }
}

function request(message: number): Request {
  const type = (NFNL_SUBSYS_NFTABLES << 8) | message;
  return { type, flags: 0, header: Buffer.alloc(NFGENMSG_LENGTH), attributes: [] };
}
