import { FAMILIES, type Family } from '../wire/ip-address.ts';
import { type AddressState, ipAddress } from './address.ts';
import type { NetlinkSocket } from './socket.ts';

/**
 * The addresses of a namespace, or those of one family. Two dumps are quicker than one of all families, which waits for the RTNL lock
 * (`rtnl_dump_all`).
 */
export function listAddresses(socket: NetlinkSocket, family?: Family): AddressState[] {
  const families = family === undefined ? FAMILIES : [family];
  return families.flatMap((family) => socket.list(ipAddress.all({ family })));
}
