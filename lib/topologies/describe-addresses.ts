import { type AddressState, ipAddress } from '../netlink/address.ts';
import type { Request } from '../netlink/request.ts';
import type { WholeNamespace } from '../report/lab-state.ts';
import { givenAddresses, withLength } from '../report/script/given-addresses.ts';
import { addressConfig } from '../report/script/script-addresses.ts';
import type { Link } from '../state/network-state.ts';
import { broadcastOf } from '../wire/ip-address.ts';
import { omitEmpty } from './described.ts';
import type { Mapping } from './topology.ts';

/** The addresses of a device as its option `address`. */
export function describeAddresses(namespace: WholeNamespace, link: Link): Mapping {
  const plain = plainAddresses(namespace, link).map(withLength);
  if (plain.length === 0) return { address: false };
  return { address: plain.length === 1 ? plain[0] : plain };
}

/** The addresses that `address` does not say. */
export function otherAddresses(namespace: WholeNamespace, link: Link): Request[] {
  const { role, bridge } = namespace;
  const isOfSwitch = link.index === bridge || (role === 'switch' && link.peer !== undefined);
  const plain = link.name === 'lo' || isOfSwitch ? [] : plainAddresses(namespace, link);
  return givenAddresses(namespace, link)
    .filter((address) => !plain.includes(address))
    .map((address) => ipAddress.add({ ...addressConfig(address, link), lifetime: undefined }));
}

/** What neither says. */
export function addressRemarks(namespace: WholeNamespace, link: Link): string[] {
  const plain = plainAddresses(namespace, link);
  return givenAddresses(namespace, link).flatMap((address) => [
    ...(address.lifetime
      ? [`that ${withLength(address)} of ${link.name} is valid for ${address.lifetime.valid} s only`]
      : []),
    ...(address.broadcast !== undefined && plain.includes(address)
      ? [`the broadcast address ${address.broadcast} of ${withLength(address)}, which is its subnet's in any case`]
      : []),
  ]);
}

/**
 * The addresses that `address` says. Of a version of IP `ip` says all if it must say one: the first is the subnet's primary one,
 * and what others are sent from (inet_insert_ifa), so their order counts.
 */
function plainAddresses(namespace: WholeNamespace, link: Link): AddressState[] {
  const given = givenAddresses(namespace, link);
  return given.filter(({ family }) => given.every((each) => each.family !== family || isPlain(each, link)));
}

/** Whether an address is as `address.add` makes it. A broadcast address that is the subnet's own changes nothing. */
function isPlain(address: AddressState, link: Link): boolean {
  const {
    index: _,
    family,
    address: __,
    length: ___,
    nodad: ____,
    scope,
    broadcast,
    lifetime: _____,
    ...rest
  } = addressConfig(address, link);
  const isUsual = broadcast === undefined || broadcast === broadcastOf(address);
  return Object.keys(omitEmpty(rest)).length === 0 && isUsual && (family === 6 || scope === undefined || scope === 0);
}
