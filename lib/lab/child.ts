import { checkBoolean, show, UsageError } from '../kernel/validate.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import type { Causes } from '../netlink/request.ts';
import type { AddressOption } from './address-list.ts';
import { finishOrRemove } from './finish-or-remove.ts';
import { Interface, type InterfaceOrigin, turnedOn } from './interface.ts';
import type { LinkType } from './link-types.ts';
import { missingLinkType } from './link-types.ts';
import type { Namespace } from './namespace.ts';
import { settle } from './settle.ts';
import { Uplink } from './uplink.ts';

/** A device on top of another: macvlan, ipvlan, vlan … */
export class Child<P extends Interface | Uplink = Interface | Uplink> extends Interface {
  /** The device below, in whatever namespace of the lab; of a macvlan perhaps a real NIC, which is not of the lab. */
  readonly parent: P;

  constructor(origin: InterfaceOrigin, parent: P) {
    super(origin);
    this.parent = parent;
    parent.children.add(this);
  }

  /** A word of the kernel's, which a later kernel may have more of. */
  protected known<T extends string>(setting: string, words: readonly T[], word: string): T {
    const known = words.find((each) => each === word);
    if (known) return known;
    throw new Error(`${this}: the kernel says ${setting} ${word}, which hairpin does not know`);
  }
}

/** What every new child may be told. */
export interface ChildOptions<P extends Interface | Uplink = Interface> {
  /** The device below, in whatever namespace of the lab. */
  parent: P;
  /** @default the type and a number: `macvlan0`, `macvlan1` … */
  name?: string;
  /** @default the segment's next addresses, IPv4 and IPv6 */
  address?: AddressOption;
  /** @default the parent's */
  mtu?: number;
  /** @default true */
  up?: boolean;
  /** @default false */
  promiscuous?: boolean;
}

type AnyOptions = ChildOptions<Interface | Uplink>;

export const CHILD_OPTIONS = ['parent', 'name', 'address', 'mtu', 'up', 'promiscuous'] as const;

/** What a child's own type adds to {@link ChildOptions}. */
export interface NewChild {
  /** Its kind with what that is told, as the kind's `as` has it. */
  kind: { kind: LinkType; data: object };
  options: AnyOptions;
  origin: InterfaceOrigin;
  /** Left out: the kernel's choice. */
  mac: string | undefined;
  causes: Causes;
}

/**
 * Makes the device, on its parent and in its own namespace: it is never moved.
 *
 * @returns what the kernel says of the parent, asked for by the same send
 */
export function addChildLink(namespace: Namespace, { kind, options, origin, mac, causes }: NewChild): LinkState {
  const { parent, mtu, up = true, promiscuous } = options;
  const { index, name } = origin;
  // The parent's own socket: the message goes where the parent is, and names the namespace that the child is made in.
  const { rtnetlink } = parent instanceof Uplink ? parent : parent.namespace;
  const link = { index, name, link: parent.index, mac, mtu, netns: namespace.handle.fd, ...kind };
  const usual = {
    EEXIST: `${namespace.name} has an interface ${name} already`,
    EOPNOTSUPP: missingLinkType(kind.kind),
  };
  const add = ipLink.add({ ...link, ...turnedOn({ up, promiscuous }) }, { ...usual, ...causes });
  return rtnetlink.get(ipLink.get({ index: parent.index }), add);
}

/** Removes what {@link addChildLink} has made, before it is an interface of the lab. */
export function removeChildLink(namespace: Namespace, { index }: InterfaceOrigin): void {
  namespace.rtnetlink.change(ipLink.delete({ index }));
}

/** A child that the kernel has made, and is no interface of the lab yet. */
export interface MadeLink {
  origin: InterfaceOrigin;
  /** Its parent, as it is now. */
  below: LinkState;
}

/** Takes a child in that {@link addChildLink} has made; `below` is its parent as it is now. */
export function adoptChild<T extends Child>(child: T, { address, mtu, up = true }: AnyOptions, below: LinkState): T {
  return finishOrRemove(child, () => {
    const adopted = child.namespace.adopt(child, { address, mtu: mtu ?? below.mtu });
    // Where the parent has a carrier, a child is born with one and was activated as it came up (__dev_open). Before 6.8 it
    // takes a worker up to a second to say so, which nobody needs to wait for.
    const isActive = below.carrier && ['UP', 'UNKNOWN'].includes(below.operState);
    if (up && !(isActive && adopted.state().operState === 'UNKNOWN')) settle(adopted);
    return adopted;
  });
}

/** Checks what every child may be told, but for what {@link Namespace.newInterface} looks at. */
export function checkChild(call: string, namespace: Namespace, options: AnyOptions): void {
  const { parent } = options;
  if (parent instanceof Uplink) {
    throw new UsageError(
      `${call}: parent must be an interface of this lab: a real NIC (${parent}) takes macvlans only`,
    );
  }
  checkChildOfAny(call, namespace, options);
}

/** As {@link checkChild}, for what may hang on a real NIC as well. */
export function checkChildOfAny(call: string, namespace: Namespace, { parent, up, promiscuous }: AnyOptions): void {
  checkParent(call, namespace, parent);
  checkBoolean(call, 'up', up);
  checkBoolean(call, 'promiscuous', promiscuous);
}

function checkParent(call: string, namespace: Namespace, parent: unknown): void {
  if (!(parent instanceof Interface || parent instanceof Uplink)) {
    throw new UsageError(
      `${call}: parent must be an interface of this lab, such as an end of a cable: received ${show(parent)}`,
    );
  }
  const { lab } = parent instanceof Uplink ? parent : parent.namespace;
  if (lab !== namespace.lab) {
    throw new UsageError(`${call}: parent must be an interface of the same lab: received ${parent}, of another`);
  }
  if (parent.deleted) throw new UsageError(`${call}: parent ${parent} has been deleted`);
}
