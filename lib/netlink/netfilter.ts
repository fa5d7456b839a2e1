/** The netlink protocol of nftables and of packet logs. */
export const NETLINK_NETFILTER = 12;

/** nft's words for the protocol families (`NFPROTO_*`, linux/netfilter.h). */
const FAMILIES = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;
export type FilterFamily = keyof typeof FAMILIES;

/** `struct nfgenmsg` stands before the attributes of each message. */
const HEADER = 4;

/** `struct nfgenmsg`: family, version, resource. Without a family the message is about all of them. */
export function netfilterHeader(family?: FilterFamily, resource = 0): Buffer {
  return Buffer.of(family ? FAMILIES[family] : 0, 0, resource >> 8, resource & 0xff);
}

/** The family that a message is about. */
export function familyOf(body: Buffer): FilterFamily | undefined {
  const number = body.readUInt8(0);
  return (Object.keys(FAMILIES) as FilterFamily[]).find((name) => FAMILIES[name] === number);
}

/** What stands behind the header of a message. */
export function attributesOf(body: Buffer): Buffer {
  return body.subarray(HEADER);
}
