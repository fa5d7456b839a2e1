import type { IpPacket } from '../wire/ip-packet.ts';
import type { Device } from './network.ts';

/** Packet filters that may take or change the packet. */
export function filtersOf({ host }: Device, { family }: IpPacket): string | undefined {
  const { nftables, legacy, ipsec } = host.filters;
  const own = family === 4 ? 'ip' : 'ip6';
  const filters = nftables.includes('inet') || nftables.includes(own) || legacy.includes(own);
  if (ipsec) return `${host.name} has policies of IPsec`;
  return filters ? `${host.name} has packet filters` : undefined;
}
