import { watchDeviceNumbers } from '../kernel/uevents.ts';
import { checkBoolean, checkOptions, UsageError } from '../kernel/validate.ts';
import type { Causes } from '../netlink/request.ts';
import type { AddressOption } from './address-list.ts';
import {
  addChildLink,
  adoptChild,
  type ChildOptions,
  checkChildOfAny,
  type MadeLink,
  removeChildLink,
} from './child.ts';
import type { Interface } from './interface.ts';
import { checkMacaddr } from './macaddr-list.ts';
import { checkMacvlanSettings, Macvlan } from './macvlan.ts';
import { type MacvlanMode, macvlanKind } from './macvlan-attributes.ts';
import { Macvtap } from './macvtap.ts';
import type { Namespace } from './namespace.ts';
import { randomMac, Uplink } from './uplink.ts';

/** A new macvlan, in the words of `ip link add … type macvlan`. */
export interface MacvlanOptions extends ChildOptions<Interface | Uplink> {
  /** The device below, in whatever namespace of the lab, or a real NIC (`lab.uplink`). */
  parent: Interface | Uplink;
  /** @default 'vepa', the kernel's own */
  mode?: MacvlanMode;
  /** @default the segment's next addresses, IPv4 and IPv6; on a real NIC none */
  address?: AddressOption;
  /** Not with `passthru`, whose child has its parent's. @default one derived from the device's index; on a real NIC a random one */
  mac?: string;
  /** passthru: leave the parent's promiscuity alone. @default false */
  nopromisc?: boolean;
  /** source: a frame of a listed address goes to nobody else. @default false */
  nodst?: boolean;
  /** source: the MAC addresses that it hears. @default none */
  macaddr?: readonly string[];
  /** How many broadcasts wait for the parent's worker, 0 to 2³²−1. @default the kernel's 1000 */
  bcqueuelen?: number;
}

const OPTIONS = [
  'parent',
  'mode',
  'name',
  'address',
  'mac',
  'mtu',
  'up',
  'promiscuous',
  'nopromisc',
  'nodst',
  'macaddr',
  'bcqueuelen',
] as const satisfies readonly (keyof MacvlanOptions)[];

/** Makes a macvlan on a parent, in a namespace; {@link Namespace.macvlan} is this. */
export function addMacvlan(namespace: Namespace, options: MacvlanOptions): Macvlan {
  const { origin, below } = addLinkOf('macvlan', namespace, options);
  return adoptChild(new Macvlan(origin, options.parent), options, below);
}

/** Makes a macvlan with a character device; {@link Namespace.macvtap} is this. */
export function addMacvtap(namespace: Namespace, options: MacvlanOptions): Macvtap {
  const make = () => addLinkOf('macvtap', namespace, options);
  const undo = (made: MadeLink) => removeChildLink(namespace, made.origin);
  const { result, numbers } = watchDeviceNumbers(namespace.handle, 'macvtap', make, undo);
  return adoptChild(new Macvtap(result.origin, options.parent, numbers), options, result.below);
}

function addLinkOf(type: 'macvlan' | 'macvtap', namespace: Namespace, options: MacvlanOptions): MadeLink {
  const call = `${namespace.name}.${type}`;
  checkOptions(call, options, OPTIONS);
  const { parent, mode = 'vepa', macaddr, nopromisc, nodst, bcqueuelen } = options;
  checkChildOfAny(call, namespace, options);
  checkNewSettings(call, options);
  const origin = namespace.newInterface(call, type, {
    ...(parent instanceof Uplink ? { mac: randomMac() } : {}),
    ...options,
    base: type,
    segment: parent.segment,
  });
  // macvlan_common_newlink gives a passthru child its parent's address, whatever was asked for.
  const mac = mode === 'passthru' ? parent.mac : origin.mac;
  const below = addChildLink(namespace, {
    kind: macvlanKind.as(type, {
      mode,
      nopromisc,
      nodst,
      bcqueuelen,
      ...(macaddr ? { listChange: 'set', macaddr } : {}),
    }),
    options,
    origin,
    mac: mode === 'passthru' ? undefined : mac,
    causes: causesOf(parent, mode),
  });
  return { origin: { ...origin, mac }, below };
}

function checkNewSettings(call: string, options: MacvlanOptions): void {
  checkMacvlanSettings(call, options);
  checkBoolean(call, 'nodst', options.nodst);
  const { parent, mode = 'vepa', macaddr } = options;
  checkMacaddr(call, macaddr);
  if (mode === 'passthru' && options.mac !== undefined) {
    throw new UsageError(
      `${call}: mac cannot be chosen in mode passthru, whose child has its parent's MAC address (${parent.mac})`,
    );
  }
  if (mode !== 'passthru' && options.nopromisc)
    throw new UsageError(`${call}: nopromisc belongs to mode passthru: received mode ${mode}`);
  if (mode !== 'source' && (macaddr || options.nodst)) {
    throw new UsageError(`${call}: ${macaddr ? 'macaddr' : 'nodst'} belongs to mode source: received mode ${mode}`);
  }
}

function causesOf(parent: Interface | Uplink, mode: MacvlanMode): Causes {
  return {
    EINVAL: () => usualCauseOfInvalid(parent, mode),
    EBUSY: () => usualCauseOfBusy(parent),
    EADDRINUSE: `a macvlan of ${parent}, or ${parent} itself, has this MAC address (macvlan_addr_busy)`,
  };
}

/** netdev_rx_handler_register: there is room for one. */
function usualCauseOfBusy(parent: Interface | Uplink): string {
  const oneHandler = 'a device has one rx_handler (netdev_rx_handler_register)';
  if (parent instanceof Uplink)
    return `${parent} carries an ipvlan, or belongs to a bridge, bond or the like, already; ${oneHandler}`;
  const other = [...parent.children].find(({ deleted, kind }) => !deleted && kind.startsWith('ipv'));
  if (!other) return `${parent} is a bridge port already; ${oneHandler}`;
  return `${parent} has ${other}, an ${other.kind}: macvlan and ipvlan exclude one another on one parent, since ${oneHandler}`;
}

function usualCauseOfInvalid(parent: Interface | Uplink, mode: MacvlanMode): string {
  const siblings = [...parent.children].filter((child): child is Macvlan => child instanceof Macvlan && !child.deleted);
  const alone = siblings.length > 0 && (mode === 'passthru' || siblings.some((child) => child.mode === 'passthru'));
  if (alone) return `a passthru parent takes one child only, and ${parent} has ${siblings.join(', ')}`;
  const mtu = `the MTU must not be larger than that of ${parent} (${parent.state().mtu}), and the parent must be Ethernet`;
  if (!(parent instanceof Uplink)) return mtu;
  const others = parent.foreignChildren();
  return `${mtu}; or a passthru macvlan is, or would be, on ${parent} beside another (${others.join(', ') || 'in another namespace'}): it takes one child only`;
}
