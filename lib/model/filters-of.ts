import type { IpPacket } from '../wire/ip-packet.ts';
import type { Device } from './network.ts';

/** The packet filters or IPsec policies of a host that may drop or change the packet, in words; undefined if it has none. */
export function filtersOf({ host }: Device, { family }: IpPacket): string | undefined {
  const { nftables, legacy, ipsec } = host.filters;
  const own = family === 4 ? 'ip' : 'ip6';
  const filters = nftables.includes('inet') || nftables.includes(own) || legacy.includes(own);
  if (ipsec) return `${host.name} has policies of IPsec`;
  return filters ? `${host.name} has packet filters` : undefined;
}
