import {
  checkBoolean,
  checkInterfaceName,
  checkMac,
  checkMtu,
  checkOneOf,
  UsageError,
  wrongOption,
} from '../base/validate.ts';
import type { BondSlaveOptions } from '../links/bond-slave.ts';
import type { TeamPortOptions } from '../links/team-port.ts';
import { ADDR_GEN_MODES, type AddrGenMode } from '../netlink/link-inet6.ts';
import { familyOf, ipToBytes } from '../wire/ip-address.ts';
import type { MasterOption } from './making/master.ts';

/** Live changes that every interface takes, in the words of `ip link set`. */
export interface InterfaceChange extends BondSlaveOptions, TeamPortOptions {
  up?: boolean;
  mtu?: number;
  mac?: string;
  /** `promisc on`: counts once, independent of what its children need. */
  promiscuous?: boolean;
  /** `allmulticast on`: takes the frames of all groups. Counts once, independent of what its children need. */
  allMulticast?: boolean;
  /** `arp off`: asks for no MAC addresses, and answers none who asks (`IFF_NOARP`). */
  arp?: boolean;
  name?: string;
  /** All other names of the interface, each of up to 127 bytes. `ip` takes each in place of the name (Linux 5.5). */
  altnames?: readonly string[];
  /**
   * How IPv6 makes the lower half of the device's own addresses. `none`: it makes no link-local address, and those of router
   * advertisements as `eui64` does (`addrconf_addr_gen`, `addrconf_prefix_rcv`). `stable_secret` needs the sysctl of that name.
   */
  addrgenmode?: AddrGenMode;
  /**
   * The lower half of these addresses (`ip token set`), as an IPv6 address with an upper half of zeroes; `::` for none. The device
   * must accept router advertisements and ask for them (`inet6_set_iftoken`).
   */
  token?: string;
  /** Keeps the carrier off. Only macvlans, vxlans and some NICs take it (`dev_change_proto_down`). */
  protodown?: boolean;
  /** All reasons for `protodown`, by their numbers, 0 to 31. While there is a reason, `protodown` cannot be switched off. */
  protodownReasons?: readonly number[];
  /**
   * The master of the device, in the same namespace: a bridge, a bond, a VRF. `false` for none, as `nomaster`.
   */
  master?: MasterOption;
}

export const INTERFACE_CHANGES = [
  ...(['up', 'mtu', 'mac', 'promiscuous', 'name', 'master'] as const),
  ...(['altnames', 'addrgenmode', 'token', 'protodown', 'protodownReasons', 'allMulticast', 'arp'] as const),
] as const;

/** Says why a link has no MAC address of its own; `why` stands before ` has its parent's MAC address`. */
export function refuseMac(call: string, options: unknown, why: string, parent: { mac: string }): void {
  if (typeof options !== 'object' || options === null || !('mac' in options)) return;
  throw new UsageError(`${call}: mac cannot be chosen${why} has its parent's MAC address (${parent.mac})`);
}

export function checkInterfaceChange(call: string, options: InterfaceChange): void {
  const { mtu, mac, name, altnames, addrgenmode, token, protodownReasons } = options;
  if (addrgenmode !== undefined) checkOneOf(call, 'addrgenmode', addrgenmode, ADDR_GEN_MODES);
  for (const flag of ['protodown', 'up', 'promiscuous', 'allMulticast', 'arp'] as const)
    checkBoolean(call, flag, options[flag]);
  const isReason = (each: unknown) => Number.isInteger(each) && Number(each) >= 0 && Number(each) <= 31;
  checkThat(call, { protodownReasons }, 'a list of numbers from 0 to 31', areAll(isReason));
  const ofNames = 'a list of names of 1 to 127 bytes, without blanks, slashes and colons';
  checkThat(call, { altnames }, ofNames, areAll(isAltname));
  checkThat(call, { token }, "an IPv6 address with an upper half of zeroes, such as '::7'", isToken);
  checkMtu(call, mtu);
  if (mac !== undefined) checkMac(call, 'mac', mac);
  if (name !== undefined) checkInterfaceName(call, name);
}

/** Only the flags to switch on; all are off on a new device. */
export function flagsOn<T extends Record<string, boolean | undefined>>(switches: T): { [K in keyof T]?: true } {
  return Object.fromEntries(Object.entries(switches).filter(([, on]) => on)) as { [K in keyof T]?: true };
}

/** `ALTIFNAMSIZ`, without the NUL at the end. */
const LONGEST_ALTNAME = 127;

function isAltname(value: unknown): boolean {
  return typeof value === 'string' && Buffer.byteLength(value) <= LONGEST_ALTNAME && /^[^\s/]+$/.test(value);
}

function isToken(value: unknown): boolean {
  if (typeof value !== 'string' || familyOf(value) !== 6) return false;
  return ipToBytes(value)
    .subarray(0, 8)
    .every((byte) => byte === 0);
}

function areAll(isOne: (each: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(isOne);
}

function checkThat(call: string, options: object, rule: string, is: (value: unknown) => boolean): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || is(value)) continue;
    throw wrongOption(call, name, rule, value);
  }
}
