import { FAMILIES } from '../wire/ip-address.ts';
import { type AddressState, ipAddress } from './address.ts';
import type { NetlinkSocket } from './socket.ts';

/** The addresses of a namespace. Two dumps are quicker than one of all families, which waits for the RTNL lock (`rtnl_dump_all`). */
export function listAddresses(socket: NetlinkSocket): AddressState[] {
  return FAMILIES.flatMap((family) => socket.list(ipAddress.all({ family })));
}
