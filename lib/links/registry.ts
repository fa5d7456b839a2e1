import { notOneOf, UsageError } from '../base/validate.ts';
import type { LinkState } from '../netlink/link.ts';
import { bridge } from './bridge.ts';
import './bridge-port.ts';
import { bond } from './bond.ts';
import { describedKinds } from './describe-link.ts';
import { dummy } from './dummy.ts';
import { geneve } from './geneve.ts';
import { erspan, gre, gretap, ip6gre, ip6gretap } from './gre.ts';
import { hsr } from './hsr.ts';
import { ifb } from './ifb.ts';
import { ip6tnl, ipip, sit } from './ipip.ts';
import { ipvlan, ipvtap } from './ipvlan.ts';
import type { Lower } from './link-description.ts';
import { LinkKind } from './link-kind.ts';
import { macsec } from './macsec.ts';
import { macvlan, macvtap } from './macvlan.ts';
import { netkit } from './netkit.ts';
import { nlmon } from './nlmon.ts';
import type { Settings } from './setting.ts';
import { team } from './team.ts';
import { tun } from './tun.ts';
import { veth } from './veth.ts';
import { vlan } from './vlan.ts';
import { vrf } from './vrf.ts';
import { vti, vti6 } from './vti.ts';
import { vxlan } from './vxlan.ts';
import { wireguard } from './wireguard.ts';
import { xfrm } from './xfrm.ts';

/** The kinds that hairpin itself defines: a new one has its line here. */
const OWN = [
  ...[veth, bridge, macvlan, macvtap, ipvlan, ipvtap, vlan, dummy, ifb, vxlan, geneve, netkit, vrf],
  ...[
    gre,
    gretap,
    erspan,
    ip6gre,
    ip6gretap,
    ipip,
    sit,
    ip6tnl,
    bond,
    team,
    hsr,
    macsec,
    xfrm,
    vti,
    vti6,
    nlmon,
    wireguard,
    tun,
  ],
] as const;

type Own = (typeof OWN)[number];

/** The name of a kind that hairpin itself defines. */
export type LinkKindName = Own['kind'];

/** Such a kind whose links come in pairs, which `lab.cable` makes. */
export type PairKindName = PairNameOf<Own>;

type PairNameOf<K> = K extends LinkKind<infer N, infer S> ? ('peer' extends keyof S ? N : never) : never;

/** The kinds that keep a forwarding database of their own. */
export type FdbKind = typeof vxlan;

/** The kinds with a character device, at which a program reads and writes frames. */
export type TapKind = typeof macvtap | typeof ipvtap | typeof tun;

/** The kind of a cable that nobody has given a kind. */
export const USUAL_PAIR = veth.kind;
export type UsualPairName = typeof USUAL_PAIR;

/** A kind that `defineLink` has returned. */
export type DefinedKind = LinkKind<string, Settings, Lower>;

/** What `ns.link` takes: the name of one of hairpin's own kinds, or a kind that `defineLink` has returned. */
export type SingleKind = Exclude<LinkKindName, PairKindName> | DefinedKind;

/** A kind as an object, if hairpin itself defines it and it is given by its name. */
export type KindNamed<K> = K extends LinkKindName ? Extract<Own, { kind: K }> : K;

/** The kind of that name, if hairpin itself defines it. */
export function ownKind(name: unknown): LinkKind | undefined {
  return ownKinds().find(({ kind }) => kind === name);
}

/** The kinds that hairpin itself defines. */
export function ownKinds(): readonly LinkKind[] {
  return OWN as readonly unknown[] as readonly LinkKind[];
}

/** Every kind of link, hairpin's own first. */
export function linkKinds(): LinkKind[] {
  return [...new Set([...ownKinds(), ...describedKinds.values()])];
}

/** The kind of a link; undefined for one that nobody has defined. */
export function kindOf({ kind }: { readonly kind?: string | undefined }): LinkKind | undefined {
  return kind === undefined ? undefined : describedKinds.get(kind);
}

/** Kinds that nobody has described, whose links are two ends of a cable as well. */
const OTHER_PAIRS: readonly string[] = ['vxcan'];

/** Whether a link is one of two ends of a cable. */
export function isPairEnd(link: { readonly kind?: string | undefined }): boolean {
  const kind = kindOf(link);
  return kind ? kind.end === 'peer' : OTHER_PAIRS.includes(link.kind ?? '');
}

/** The kind that a spec means. @throws UsageError */
export function checkKind(call: string, kind: LinkKindName | DefinedKind): LinkKind {
  return kind instanceof LinkKind ? kind : (ownKind(kind) ?? refuseKind(call, kind, OWN.map(nameOf), DEFINED));
}

/** The kind of a link that has one end. @throws UsageError */
export function checkSingleKind(call: string, kind: SingleKind): LinkKind {
  const known = kind instanceof LinkKind ? kind : ownKind(kind);
  if (known?.end === 'peer')
    throw new UsageError(`${call}: a ${known.kind} has two ends: lab.cable(a, b, { kind: '${known.kind}' }) makes it`);
  const singles = OWN.filter(({ end }) => end !== 'peer');
  return known ?? refuseKind(call, kind, singles.map(nameOf), DEFINED);
}

/** The kind of a pair. @throws UsageError */
export function checkPairKind(call: string, kind: PairKindName): LinkKind {
  const known = ownKind(kind);
  if (known?.end === 'peer') return known;
  return refuseKind(call, kind, OWN.filter(({ end }) => end === 'peer').map(nameOf));
}

const DEFINED = ', or what defineLink returned';

function refuseKind(call: string, kind: unknown, names: readonly string[], others = ''): never {
  throw notOneOf(call, 'kind', kind, names, others);
}

function nameOf({ kind }: Own): string {
  return kind;
}

/** The settings that a link's master keeps for it, by the names of the master's kind; empty without a master. */
export function memberSettingsOf(link: Pick<LinkState, 'slaveKind' | 'slaveData'>): Readonly<Record<string, unknown>> {
  return kindOf({ kind: link.slaveKind })?.ofMember(link) ?? {};
}

/** The settings of {@link memberSettingsOf} that differ from the kernel's defaults. */
export function changedMemberSettings(link: Pick<LinkState, 'slaveKind' | 'slaveData'>): object {
  const kind = kindOf({ kind: link.slaveKind });
  const told = Object.entries(memberSettingsOf(link));
  return Object.fromEntries(
    told.filter(([name, value]) => value !== kind?.memberOptions.get(name)?.rules.kernelDefault),
  );
}

/** Whether a device forwards frames between other devices, its ports, as a bridge does. */
export function hasPorts(device: { readonly kind?: string | undefined }): boolean {
  return kindOf(device)?.description.hasPorts === true;
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

/** The options of a kernel's `.config` that bring a kind of links, without `CONFIG_`; undefined where nobody knows. */
export function kernelOptionsOf(kind: string): readonly string[] | undefined {
  const description = kindOf({ kind })?.description;
  return description && [...(description.dependsOn ?? []), description.option];
}
