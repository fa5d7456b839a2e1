import { LONGEST_INTERFACE_NAME } from '../../base/validate.ts';
import { watchDeviceNumbers } from '../../kernel/sockets/uevents.ts';
import { hasLink, missingLink } from '../../links/has-link.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { makeLink } from '../../links/make-link.ts';
import { type CarrierState, ipLink } from '../../netlink/link.ts';
import type { Causes } from '../../netlink/request.ts';
import { FAMILIES, type Family } from '../../wire/ip-address.ts';
import { NO_MAC } from '../../wire/mac-address.ts';
import { engineOf } from '../engines/engine.ts';
import type { InterfaceOrigin } from '../engines/interface-engine.ts';
import { handleOf } from '../handle.ts';
import { Interface } from '../interface.ts';
import { flagsOn } from '../interface-change.ts';
import type { Lab } from '../lab.ts';
import type { Namespace } from '../namespace.ts';
import type { Segment } from '../segment.ts';
import { randomMac, Uplink } from '../uplink.ts';
import { checkNewLink } from './check-new-link.ts';
import { finishOrRemove } from './finish-or-remove.ts';
import type { DeviceOptions } from './link-options.ts';
import { refuseIgnored } from './refuse-ignored.ts';
import { changeApart } from './settings-apart.ts';
import { settle } from './settle.ts';

type Parent = Interface | Uplink;
type Settings = Readonly<Record<string, unknown>>;

/** A link of any kind, as a spec says it. */
export type NewLinkOptions = DeviceOptions & { parent?: Parent } & Settings;

/** Makes a link in a namespace; {@link Namespace.link} is this. The device is made where it belongs, and never moved. */
export function addLink(call: string, namespace: Namespace, kind: LinkKind, options: NewLinkOptions): Interface {
  checkNewLink(call, namespace, kind, options);
  const { parent } = options;
  const settings = settingsOfNew(kind, options);
  return onSegment(namespace, kind, settings, parent, (segment) => {
    const device = handleOf(make({ call, namespace, kind, options, settings, segment }));
    finishOrRemove(device, () => {
      changeApart(device, kind, settings);
      refuseIgnored(call, device, kind, options);
    });
    return adoptLink(device, { ...options, families: kind.description.carries?.(settings) ?? FAMILIES });
  });
}

/** What the spec says, and for the rest what the device below has already, or else the defaults. */
function settingsOfNew(kind: LinkKind, options: NewLinkOptions): Settings {
  const given = [...kind.options.keys()].filter((name) => options[name] !== undefined);
  const shared = [...kind.options].filter(([name, { rules }]) => rules.shared && !given.includes(name));
  const sibling = shared.length > 0 ? siblingOf(kind, options.parent) : undefined;
  const has: Settings = sibling ? kind.of(sibling.state()) : {};
  const inherited = shared.filter(([name]) => has[name] !== undefined).map(([name]) => [name, has[name]]);
  return {
    ...kind.defaults,
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(given.map((name) => [name, options[name]])),
  };
}

function siblingOf(kind: LinkKind, parent: Parent | undefined): Interface | undefined {
  const below = parent && realParentOf(kind, parent);
  return below && [...below.children].find((child) => !child.deleted && kind.family.is(child));
}

/** A link on the segment of its parent, on the one of its tag, or on a segment of its own. */
function onSegment(
  { name, lab }: Namespace,
  of: LinkKind,
  settings: Settings,
  parent: Parent | undefined,
  build: (segment: Segment | undefined) => Interface,
): Interface {
  const { kind, end } = of;
  const { segments } = engineOf(lab);
  const tag = of.description.tag?.(settings);
  if (parent) return build(tag ? taggedSegment(parent.segment, tag, lab) : parent.segment);
  if (tag) return build(segments.tagged(undefined, `${kind} ${tag.tag}`, `${kind} ${tag.suffix}`));
  return end === 'none' ? segments.addFor(`${name} ${kind}`, build) : build(undefined);
}

/** What links of one tag on one segment, or in one lab, have in common. */
export function taggedSegment(
  below: Segment | undefined,
  { tag, suffix }: { tag: string; suffix: string },
  lab: Lab,
): Segment | undefined {
  return below && engineOf(lab).segments.tagged(below, tag, `${below.name}.${suffix}`);
}

/** What a link of a kind has below it, if it is made on a device. */
export function realParentOf(kind: LinkKind, on: Parent): Parent {
  const isOfKind = on instanceof Interface && kind.description.skipsItsKind && kind.family.is(on);
  return isOfKind ? (on.parent ?? on) : on;
}

interface NewLink {
  call: string;
  namespace: Namespace;
  kind: LinkKind;
  options: NewLinkOptions;
  settings: Settings;
  segment: Segment | undefined;
}

/** Lets the kernel make a link. The lab does not list it among its interfaces yet. */
function make(link: NewLink): InterfaceOrigin {
  const { namespace, kind } = link;
  // Where all links of a kind share one node (/dev/net/tun), a link has no number.
  if (kind.description.characterDevice !== true) return makeInPlace(link);
  const undo = ({ index }: InterfaceOrigin) => engineOf(namespace).rtnetlink.change(ipLink.delete({ index }));
  const { result, numbers } = watchDeviceNumbers(engineOf(namespace).netns, kind.kind, () => makeInPlace(link), undo);
  return { ...result, numbers };
}

function makeInPlace({ call, namespace, kind, options, settings, segment }: NewLink): InterfaceOrigin {
  const { parent, mtu, up = true, promiscuous } = options;
  const origin = engineOf(namespace).devices.plan(call, kind.kind, {
    ...(parent instanceof Uplink ? { mac: randomMac() } : {}),
    ...options,
    base: kind.description.baseName?.(settings) ?? kind.kind,
    ...nameOf(namespace, kind, options, settings),
    segment,
  });
  const { mac, requested } = macOf(kind, options, settings, origin);
  const { index, name } = origin;
  const device = { index, name, mac: requested, mtu, ...flagsOn({ up, promiscuous }) };
  const causes = causesOf({ namespace, kind, settings, name, parent });
  const made = { ...origin, mac, parent: parent && realParentOf(kind, parent) };
  if (!parent) {
    makeLink(engineOf(namespace), kind, device, settings, causes);
    return made;
  }
  // The parent's own socket: the message goes where the parent is.
  const { rtnetlink } = engineOf(parent instanceof Uplink ? parent : parent.namespace);
  rtnetlink.change(ipLink.add({ ...device, ...below(namespace, parent), ...kind.as(settings) }, causes));
  return made;
}

/** On another device, a link is made where that is, and says in which namespace it belongs. */
function below(namespace: Namespace, parent: Parent) {
  return { link: parent.index, netns: engineOf(namespace).netns.fd };
}

/** As in `eth0.10`, where that is free and short enough. */
function nameOf(
  { interfaces }: Namespace,
  kind: LinkKind,
  { name, parent }: NewLinkOptions,
  settings: Settings,
): { name?: string } {
  const usual = name === undefined && parent ? kind.description.usualName?.(parent.name, settings) : undefined;
  if (usual === undefined) return {};
  const isTaken = interfaces.some((device) => device.name === usual);
  return isTaken || Buffer.byteLength(usual) > LONGEST_INTERFACE_NAME ? {} : { name: usual };
}

/** The MAC address that a link will have, and what the kernel has to be told of it. */
function macOf(
  kind: LinkKind,
  { mac, parent }: NewLinkOptions,
  settings: Settings,
  origin: InterfaceOrigin,
): { mac: string; requested?: string | undefined } {
  const { description } = kind;
  const isParents = description.mac === 'lower' || description.fixedMac?.(settings) !== undefined;
  if (isParents && parent) return { mac: mac?.toLowerCase() ?? parent.mac, requested: mac };
  return description.withoutMac?.(settings) ? { mac: NO_MAC } : { mac: origin.mac, requested: origin.mac };
}

interface Call {
  namespace: Namespace;
  kind: LinkKind;
  settings: Settings;
  name: string;
  parent: Parent | undefined;
}

function causesOf({ namespace, kind, settings, name, parent }: Call): Causes {
  // Only causes of kinds that have a parent ask for it.
  const known = kind.description.causes?.add?.({ namespace: namespace.name, name, settings, lower: parent as Parent });
  const { EOPNOTSUPP } = known ?? {};
  return {
    EEXIST: `${namespace.name} has an interface ${name} already`,
    ...known,
    EOPNOTSUPP: () => {
      if (EOPNOTSUPP === undefined || !hasLink(kind)) return missingLink(kind);
      return typeof EOPNOTSUPP === 'function' ? EOPNOTSUPP() : EOPNOTSUPP;
    },
  };
}

/** Takes a link that the kernel has made into the lab. */
function adoptLink(
  device: Interface,
  { address, mtu, up = true, families }: NewLinkOptions & { families: readonly Family[] },
): Interface {
  return finishOrRemove(device, () => {
    // Its MTU follows from its parent's.
    const now = device.parent && engineOf(device).carrier();
    const adopted = engineOf(device.namespace).devices.add(device, { address, families, mtu: mtu ?? now?.mtu });
    if (up && !(now && isActive(now, device.parent))) settle(adopted);
    return adopted;
  });
}

/**
 * Whether a new link can be sent to. Where the parent has a carrier, a child is born with one and was activated as it came up
 * (`__dev_open`). Before 6.8 it takes a worker up to a second to say so, which nobody needs to wait for.
 */
function isActive({ carrier, operState }: CarrierState, parent: Parent | undefined): boolean {
  if (operState !== 'UNKNOWN') return operState === 'UP' && carrier;
  const below = parent instanceof Uplink ? parent.state() : parent && engineOf(parent).carrier();
  return below?.carrier === true && ['UP', 'UNKNOWN'].includes(below.operState);
}
