import type { IpPacket } from '../wire/ip-packet.ts';
import type { Device } from './network.ts';

/** The packet filters, IPsec policies or IPVS services of a host that may drop or change the packet, in words; undefined if it has none. */
export function filtersOf({ host }: Device, { family }: IpPacket): string | undefined {
  const { nftables, legacy, ipsec, ipvs } = host.filters;
  const own = family === 4 ? 'ip' : 'ip6';
  const filters = nftables.includes('inet') || nftables.includes(own) || legacy.includes(own);
  if (ipsec) return `${host.name} has policies of IPsec`;
  if (ipvs) return `${host.name} has services of IPVS`;
  return filters ? `${host.name} has packet filters` : undefined;
}
