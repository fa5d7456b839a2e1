import { type AddressState, ipAddress } from '../../netlink/address.ts';
import type { Request } from '../../netlink/request.ts';
import type { Link } from '../../state/network-state.ts';
import type { WholeNamespace } from '../lab-state.ts';
import { givenAddresses, isWithheld } from './given-addresses.ts';

/** Adds the addresses that programs or the lab added. */
export function addressRequests(namespace: WholeNamespace): Request[] {
  return namespace.links.flatMap((link) =>
    givenAddresses(namespace, link).map((address) => ipAddress.add(addressConfig(address, link))),
  );
}

/** What adds an address again, without what the kernel chooses by itself. */
export function addressConfig(address: AddressState, { name }: Link): Parameters<typeof ipAddress.add>[0] {
  const { index, family, address: own, length, peer, scope, metric, broadcast, label, lifetime } = address;
  // The kernel finds the scope of an IPv6 address out itself.
  return {
    ...{ index, family, address: own, length, peer, metric, broadcast, lifetime },
    ...(family === 4 ? { scope } : {}),
    ...(label === name ? {} : { label }),
    noPrefixRoute: address.noPrefixRoute,
    ...{ home: address.home, managesTemporary: address.managesTemporary, autojoin: address.autojoin },
    nodad: family === 6 && !isWithheld(address),
  };
}
