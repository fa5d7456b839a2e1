import { type AddressState, SCOPE_HOST, SCOPE_LINK } from '../../netlink/address.ts';
import type { Link, NamespaceState } from '../../state/network-state.ts';
import { ARPHRD } from '../../wire/arp.ts';
import { ipToBytes } from '../../wire/ip-address.ts';
import { macToBytes } from '../../wire/mac-address.ts';

/** The kinds of hardware of tunnels. The MAC address of one is the IP address that it sends from. */
const { TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE }: Record<string, number> = ARPHRD;

/** The addresses of a device that somebody gave to it; the kernel gives it some of its own as it comes up. */
export function givenAddresses({ addresses }: NamespaceState<'addresses'>, link: Link): AddressState[] {
  return addresses.filter((address) => address.index === link.index && !isOfTheKernel(address, link, addresses));
}

/** The link-local addresses that the kernel made at random: the same device gets another one next time. */
export function randomAddresses({ addresses }: NamespaceState<'addresses'>, link: Link): AddressState[] {
  return addresses.filter((address) => address.index === link.index && isRandom(address, link));
}

/** `10.0.0.1/24` */
export function withLength({ address, length }: AddressState): string {
  return `${address}/${length}`;
}

/** Whether nobody may use it: duplicate address detection is not done, or found another owner. */
export function isWithheld({ tentative, dadFailed }: AddressState): boolean {
  return tentative || dadFailed;
}

function isOfTheKernel(own: AddressState, link: Link, all: readonly AddressState[]): boolean {
  const { family, address, scope, length, autojoin } = own;
  if (autojoin) return false;
  if (scope === SCOPE_HOST && (address === '::1' || (address === '127.0.0.1' && length === 8))) return true;
  if (family === 4) return false;
  return isRandom(own, link) || isOfIpv4(own, link, all) || (scope === SCOPE_LINK && isLinkLocalOf(link.mac, address));
}

/** By a secret of the kernel's (`ipv6_gen_mode_random_init`), or by the random `perm_addr` of a tunnel (`addrconf_ifid_ip6tnl`). */
function isRandom({ address, scope, stablePrivacy, family }: AddressState, { hardware }: Link): boolean {
  if (family === 4 || scope !== SCOPE_LINK) return false;
  return stablePrivacy || ([TUNNEL6, IP6GRE].includes(hardware) && ipToBytes(address).readUInt16BE(11) === 0xfffe);
}

/** Whether a tunnel has made the address of an IPv4 address: of its own, or of each one of the namespace if it has none. */
function isOfIpv4({ address, length }: AddressState, { hardware, mac }: Link, all: readonly AddressState[]): boolean {
  if (![TUNNEL, SIT, IPGRE, IP6GRE].includes(hardware) || mac === '') return false;
  const bytes = ipToBytes(address);
  const [own, last] = [macToBytes(mac).subarray(-4), bytes.subarray(12)];
  const [start, middle] = [bytes.readUInt16BE(0), bytes.subarray(2, 12)];
  // addrconf_ifid_gre, addrconf_ifid_sit: __ipv6_isatap_ifid
  if (start === 0xfe80 && bytes.readUInt16BE(10) === 0x5efe) return last.equals(own);
  // add_v4_addrs
  const isMade = middle.every((byte) => byte === 0) && (start === 0xfe80 || (start === 0 && length === 96));
  const isOfAny = own.every((byte) => byte === 0);
  return (
    isMade &&
    (isOfAny ? all.some((each) => each.family === 4 && ipToBytes(each.address).equals(last)) : last.equals(own))
  );
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
