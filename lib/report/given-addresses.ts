import type { AddressState } from '../netlink/address.ts';
import type { Link, NamespaceState } from '../state/network-state.ts';
import { ipToBytes } from '../wire/ip-address.ts';
import { macToBytes } from '../wire/mac-address.ts';

const SCOPE_LINK = 253;
const SCOPE_HOST = 254;

/** The addresses of a device that somebody gave to it; the kernel gives it some of its own as it comes up. */
export function givenAddresses({ addresses }: NamespaceState<'addresses'>, { index, mac }: Link): AddressState[] {
  return addresses.filter((address) => address.index === index && !isOfTheKernel(address, mac));
}

/** `10.0.0.1/24` */
export function withLength({ address, length }: AddressState): string {
  return `${address}/${length}`;
}

/** Whether nobody may use it: duplicate address detection is not done, or found another owner. */
export function isWithheld({ tentative, dadFailed }: AddressState): boolean {
  return tentative || dadFailed;
}

function isOfTheKernel({ family, address, scope, length, autojoin }: AddressState, mac: string): boolean {
  if (autojoin) return false;
  if (scope === SCOPE_HOST) return address === '::1' || (address === '127.0.0.1' && length === 8);
  return family === 6 && scope === SCOPE_LINK && isLinkLocalOf(mac, address);
}

/** The address that a device gets as it comes up: RFC 4291, appendix A. */
function isLinkLocalOf(mac: string, address: string): boolean {
  const bytes = ipToBytes(address);
  const [a = 0, ...rest] = macToBytes(mac);
  const own = (first: number) =>
    Buffer.from([first, ...rest]).equals(Buffer.concat([bytes.subarray(8, 11), bytes.subarray(13)]));
  // addrconf_ifid_eui48: ipvlans, which share a MAC address, have a number of their own in the middle (dev_id).
  return bytes.readUInt16BE(11) === 0xfffe ? own(a ^ 2) : own(a);
}
