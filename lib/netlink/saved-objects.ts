import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from '../kernel/constants.ts';
import type { Family } from '../wire/ip-address.ts';
import { ipAddress } from './address.ts';
import type { Request } from './request.ts';
import { ipRoute, withoutLinkState } from './routing/route.ts';
import type { NetlinkSocket } from './socket.ts';

/**
 * Every route by a device, but for the kernel's own: those come back with the device and its addresses. Routes by nexthop objects
 * are left out, since the kernel forgets such objects of any device that loses its carrier (`nh_netdev_event`).
 *
 * @returns what restores each; `EEXIST` when the route is there
 */
export function saveRoutes(socket: NetlinkSocket, device: number, family: Family): Request[] {
  return socket.list(ipRoute.saved({ family })).flatMap(({ state: { ofTheKernel, nextHops, nexthopId }, body }) => {
    if (ofTheKernel || nexthopId !== undefined || nextHops.every((hop) => hop.device !== device)) return [];
    // Of several next hops those by other devices stay, and two routes may differ in nothing but the device.
    const how = nextHops.length > 1 ? NLM_F_REPLACE : NLM_F_APPEND;
    return [ipRoute.restore(withoutLinkState(body), NLM_F_CREATE | how)];
  });
}

/** What restores an address, or leaves it as it is where the device has it. */
export interface SavedAddress {
  request: Request;
  /** It has no end of its time. */
  isPermanent: boolean;
}

/** The IPv6 addresses of a device. */
export function saveAddresses6(socket: NetlinkSocket, device: number): SavedAddress[] {
  return socket
    .list(ipAddress.saved({ family: 6 }))
    .filter(({ state }) => state.index === device)
    .map(({ state, body }) => ({
      request: ipAddress.restore(body, NLM_F_CREATE | NLM_F_REPLACE),
      isPermanent: state.permanent,
    }));
}
