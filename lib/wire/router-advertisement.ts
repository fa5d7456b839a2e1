import { ipToBytes, type Prefix } from './ip-address.ts';
import { macToBytes } from './mac-address.ts';
import { ROUTER_ADVERTISEMENT } from './neighbour-discovery.ts';

/** RFC 4861 section 4.6, RFC 8106 section 5.1. */
const OPTION = { sourceMac: 1, prefix: 3, mtu: 5, dns: 25 } as const;

/** What a router tells of its link. Lifetimes are in seconds. */
export interface RouterAdvertisement {
  /** How long it is a default router; 0: it is none. */
  lifetime: number;
  /** Addresses, or other settings alone, are to be had by DHCPv6. */
  managed: boolean;
  other: boolean;
  mac: string;
  mtu?: number | undefined;
  /** Subnets of the link, from which hosts make addresses of their own (RFC 4862). */
  prefixes: readonly Prefix[];
  validLft: number;
  preferredLft: number;
  /** Resolvers, as long as the router is one. */
  dns: readonly string[];
}

/** The ICMPv6 message. Its checksum is left to the kernel (RFC 3542 section 3.1). */
export function encodeRouterAdvertisement(advertisement: RouterAdvertisement): Buffer {
  const { lifetime, managed, other, mac, mtu, prefixes, validLft, preferredLft, dns } = advertisement;
  const header = Buffer.alloc(16);
  header.writeUInt8(ROUTER_ADVERTISEMENT, 0);
  header.writeUInt8(64, 4);
  header.writeUInt8((managed ? 0x80 : 0) | (other ? 0x40 : 0), 5);
  header.writeUInt16BE(lifetime, 6);
  return Buffer.concat([
    header,
    option(OPTION.sourceMac, macToBytes(mac)),
    ...(mtu === undefined ? [] : [option(OPTION.mtu, Buffer.of(0, 0), be32(mtu))]),
    ...prefixes.map(({ address, length }) =>
      // On the link, and for addresses (A and L).
      option(OPTION.prefix, Buffer.of(length, 0xc0), be32(validLft), be32(preferredLft), be32(0), ipToBytes(address)),
    ),
    ...(dns.length === 0 ? [] : [option(OPTION.dns, Buffer.of(0, 0), be32(lifetime), ...dns.map(ipToBytes))]),
  ]);
}

/** Type, and length in units of eight bytes. */
function option(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(type, (body.length + 2) / 8), body]);
}

function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
