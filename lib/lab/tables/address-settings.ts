import { checkOptions, UsageError } from '../../base/validate.ts';
import { type AddressState, SCOPES } from '../../netlink/address.ts';
import { flag, u32 } from '../../netlink/codec/scalars.ts';
import { type AddressEntry, addressEntry } from '../../state/entries/address-entry.ts';
import { checkOptionValues } from '../../state/entries/fields.ts';
import { familyOf, isMulticastIp, type Prefix } from '../../wire/ip-address.ts';

/** What an address may have besides its length, in the words of `ip address add` and of `toHaveAddress`. */
export interface AddressAddOptions {
  /** IPv6: whether it looks for duplicates first (1 to 2 s). @default false; true in a lab with the kernel's defaults */
  dad?: boolean;
  /** The far end of a point-to-point address. The prefix length is the far end's then. @default none */
  peer?: string;
  /** IPv4: where broadcasts of its subnet go. @default none */
  broadcast?: string;
  /** IPv4: another name of the interface, for older programs: `eth0:1`. @default the name of the interface */
  label?: string;
  /** IPv4. @default 'global' */
  scope?: AddressEntry['scope'];
  /** Of the route of its subnet. @default 0; for IPv6 256 */
  metric?: number;
  /** Seconds that it is valid for, and preferred as a source. @default for ever */
  lifetime?: { preferred: number; valid: number };
  /** It brings no route of its subnet along. @default false */
  noPrefixRoute?: boolean;
  /** IPv6: the home address of Mobile IPv6. @default false */
  home?: boolean;
  /** IPv6: the kernel makes temporary addresses of it. @default false */
  managesTemporary?: boolean;
  /** The interface joins it, which is a group (`autojoin`). @default false */
  autojoin?: boolean;
}

/** The same as netlink has it. */
export interface AddressSettings extends Partial<Omit<AddressState, 'scope'>> {
  dad?: boolean;
  scope?: number;
}

const { peer, broadcast, label, scope, lifetime, noPrefixRoute, home, managesTemporary, autojoin } =
  addressEntry.fields;
const FIELDS = {
  ...{ dad: flag, peer, broadcast, label, scope, metric: u32, lifetime },
  ...{ noPrefixRoute, home, managesTemporary, autojoin },
};

/** The kernel passes over those of the other version of IP (`rtm_to_ifaddr`, `inet6_rtm_newaddr`). */
const OF_FAMILY: readonly (readonly [keyof AddressAddOptions, 4 | 6])[] = [
  ...(['broadcast', 'label', 'scope'] as const).map((name) => [name, 4] as const),
  ...(['home', 'managesTemporary'] as const).map((name) => [name, 6] as const),
];

/** @throws UsageError */
export function parseAddressOptions(call: string, options: AddressAddOptions, prefix: Prefix): AddressSettings {
  checkOptions(call, options, Object.keys(FIELDS));
  const { scope: word, lifetime: seconds, ...checked } = checkOptionValues(call, FIELDS as never, options);
  const stray = OF_FAMILY.find(([name, family]) => options[name] !== undefined && family !== prefix.family);
  if (stray)
    throw new UsageError(`${call}: ${stray[0]} belongs to addresses of IPv${stray[1]}: received ${prefix.address}`);
  if (checked.peer !== undefined && familyOf(checked.peer) !== prefix.family)
    throw new UsageError(`${call}: peer must be an address of IPv${prefix.family}: received ${checked.peer}`);
  if (checked.autojoin && !isMulticastIp(prefix.address))
    throw new UsageError(`${call}: autojoin belongs to groups such as 239.1.1.1: received ${prefix.address}`);
  return {
    ...checked,
    ...(seconds && { lifetime: lifetimeOf(call, seconds) }),
    ...(word && { scope: numberOf(word) }),
  };
}

/** As the kernel wants it (`rtm_to_ifaddr`, `inet6_rtm_newaddr`: EINVAL). */
function lifetimeOf(call: string, { valid, preferred = valid }: { valid: number; preferred?: number }) {
  if (valid > 0 && preferred <= valid) return { valid, preferred };
  throw new UsageError(
    `${call}: lifetime must have valid, from 1, and preferred, at most valid: received { preferred: ${preferred}, valid: ${valid} }`,
  );
}

function numberOf(scope: AddressEntry['scope']): number {
  return Number(Object.entries(SCOPES).find(([, word]) => word === scope)?.[0] ?? scope);
}
