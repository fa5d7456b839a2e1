import type { LinkState } from '../netlink/link.ts';
import { bridge } from './bridge.ts';
import './bridge-port.ts';
import { definedKinds, endOfOwnKinds } from './define-link.ts';
import { dummy } from './dummy.ts';
import { ipvlan, ipvtap } from './ipvlan.ts';
import type { LinkKind } from './link-kind.ts';
import { macvlan, macvtap } from './macvlan.ts';
import { veth } from './veth.ts';
import { vlan } from './vlan.ts';

/** The kinds that hairpin itself defines: a new one has its line here. */
const OWN = [veth, bridge, macvlan, macvtap, ipvlan, ipvtap, vlan, dummy] as const;

endOfOwnKinds();

/** A kind that hairpin itself defines. */
export type LinkType = (typeof OWN)[number]['kind'];

/** Every kind of links, hairpin's own first. */
export function linkKinds(): LinkKind[] {
  return [...new Set([...(OWN as readonly unknown[] as readonly LinkKind[]), ...definedKinds.values()])];
}

/** The kind of a link; undefined for one that nobody has defined. */
export function kindOf({ kind }: { readonly kind?: string | undefined }): LinkKind | undefined {
  return kind === undefined ? undefined : definedKinds.get(kind);
}

/**
 * The settings of a link by its kind's names, as plain data.
 *
 * @returns undefined for a kind that nobody has defined
 * @example settingsOf(device.state()) // { mode: 'vepa', nopromisc: false, … }
 */
export function settingsOf(link: LinkState): Readonly<Record<string, unknown>> | undefined {
  return kindOf(link)?.of(link);
}
