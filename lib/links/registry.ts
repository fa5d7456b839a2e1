import { show, UsageError } from '../kernel/validate.ts';
import type { LinkState } from '../netlink/link.ts';
import { bridge } from './bridge.ts';
import './bridge-port.ts';
import { definedKinds, endOfOwnKinds } from './define-link.ts';
import { dummy } from './dummy.ts';
import { geneve } from './geneve.ts';
import { ifb } from './ifb.ts';
import { ipvlan, ipvtap } from './ipvlan.ts';
import type { Lower } from './link-description.ts';
import { LinkKind } from './link-kind.ts';
import { macvlan, macvtap } from './macvlan.ts';
import { netkit } from './netkit.ts';
import type { Settings } from './setting.ts';
import { veth } from './veth.ts';
import { vlan } from './vlan.ts';
import { vxlan } from './vxlan.ts';

/** The kinds that hairpin itself defines: a new one has its line here. */
const OWN = [veth, bridge, macvlan, macvtap, ipvlan, ipvtap, vlan, dummy, ifb, vxlan, geneve, netkit] as const;

endOfOwnKinds();

/** A kind that hairpin itself defines. */
export type LinkType = (typeof OWN)[number]['kind'];

/** A kind, where one of hairpin's own may be given by its name. */
export type KindNamed<K> = K extends LinkType ? Extract<(typeof OWN)[number], { kind: K }> : K;

/** Every kind of links, hairpin's own first. */
export function linkKinds(): LinkKind[] {
  return [...new Set([...(OWN as readonly unknown[] as readonly LinkKind[]), ...definedKinds.values()])];
}

/** The kind of a link; undefined for one that nobody has defined. */
export function kindOf({ kind }: { readonly kind?: string | undefined }): LinkKind | undefined {
  return kind === undefined ? undefined : definedKinds.get(kind);
}

/** The kind that a spec means. @throws UsageError */
export function checkKind(call: string, kind: LinkType | LinkKind<string, Settings, Lower>): LinkKind {
  if (kind instanceof LinkKind) return kind;
  const known = typeof kind === 'string' && definedKinds.get(kind);
  if (known) return known;
  const names = OWN.map((own) => own.kind);
  throw new UsageError(
    `${call}: kind must be one of ${names.join(', ')}, or what defineLink returned: received ${show(kind)}`,
  );
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
