import { ipAddress } from '../../netlink/address.ts';
import type { Request } from '../../netlink/request.ts';
import type { Family, Prefix } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import type { Interface } from '../interface.ts';
import { type AddressOption, prefixIn } from './address-option.ts';
import type { AddressSettings } from './address-settings.ts';

export function addAddress(device: Interface, prefix: Prefix, options: AddressSettings): void {
  engineOf(device.namespace).rtnetlink.change(request(device, prefix, options));
  register(device, prefix);
}

/**
 * Gives a new interface its addresses: what the spec says, else the segment's next, of the families that it has.
 *
 * @param before what is to be changed first, by the same send
 */
export function assignAddresses(
  device: Interface,
  option: AddressOption | undefined,
  { families, before }: { families: readonly Family[]; before: readonly Request[] },
): void {
  const prefixes = choose(device, option, families);
  const { rtnetlink } = engineOf(device.namespace);
  rtnetlink.change(...before, ...prefixes.map((prefix) => request(device, prefix)));
  for (const prefix of prefixes) register(device, prefix);
}

function choose(device: Interface, option: AddressOption | undefined, families: readonly Family[]): Prefix[] {
  const { segment } = device;
  if (option === false) return [];
  if (option === undefined) return (segment?.next() ?? []).filter(({ family }) => families.includes(family));
  return [option].flat().map((text) => prefixIn(segment, `${device}.address.add`, text));
}

function request({ namespace, index }: Interface, prefix: Prefix, options: AddressSettings = {}): Request {
  const { dad = namespace.lab.defaults === 'kernel', ...settings } = options;
  // RFC 4862 section 5.4: IPv6 looks for duplicates, unless it is told not to.
  const nodad = prefix.family === 6 && !dad ? { nodad: true } : {};
  return ipAddress.add(
    { ...prefix, ...nodad, ...settings, index },
    {
      EEXIST: 'the interface has this address already',
      EADDRINUSE: 'another ipvlan of the same parent has this address (ipvlan_addr_busy)',
    },
  );
}

function register(device: Interface, prefix: Prefix): void {
  const { namespace, segment } = device;
  if (prefix.family === 6) engineOf(namespace).joining();
  segment?.reserve(prefix);
  engineOf(namespace.lab).addresses.give(prefix, device);
}
