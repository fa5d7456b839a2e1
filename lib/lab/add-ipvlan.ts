import { watchDeviceNumbers } from '../kernel/uevents.ts';
import { checkOptions } from '../kernel/validate.ts';
import type { Causes } from '../netlink/request.ts';
import {
  addChildLink,
  adoptChild,
  CHILD_OPTIONS,
  type ChildOptions,
  checkChild,
  type MadeLink,
  removeChildLink,
} from './child.ts';
import type { Interface } from './interface.ts';
import { checkIpvlanSettings, Ipvlan, Ipvtap, refuseMac } from './ipvlan.ts';
import { type IpvlanFlag, type IpvlanMode, ipvlanKind } from './ipvlan-attributes.ts';
import { hasLinkType, missingLinkType } from './link-types.ts';
import type { Namespace } from './namespace.ts';

/**
 * A new ipvlan, in the words of `ip link add … type ipvlan`. Mode and flag are those of the parent's port: to say others
 * changes them for the ipvlans that are there (`ipvlan_link_new`).
 */
export interface IpvlanOptions extends ChildOptions {
  /** @default that of the parent's other ipvlans; of the first, the kernel's 'l3' */
  mode?: IpvlanMode;
  /** @default that of the parent's other ipvlans; of the first, 'bridge' */
  flag?: IpvlanFlag;
}

const OPTIONS = [...CHILD_OPTIONS, 'mode', 'flag'] as const;

/** Makes an ipvlan on a parent, in a namespace; {@link Namespace.ipvlan} is this. */
export function addIpvlan(namespace: Namespace, options: IpvlanOptions): Ipvlan {
  const { origin, below } = addLinkOf('ipvlan', namespace, options);
  return adoptChild(new Ipvlan(origin, options.parent), options, below);
}

/** Makes an ipvlan with a character device; {@link Namespace.ipvtap} is this. */
export function addIpvtap(namespace: Namespace, options: IpvlanOptions): Ipvtap {
  const make = () => addLinkOf('ipvtap', namespace, options);
  const undo = (made: MadeLink) => removeChildLink(namespace, made.origin);
  const { result, numbers } = watchDeviceNumbers(namespace.handle, 'ipvtap', make, undo);
  return adoptChild(new Ipvtap(result.origin, options.parent, numbers), options, result.below);
}

function addLinkOf(type: 'ipvlan' | 'ipvtap', namespace: Namespace, options: IpvlanOptions): MadeLink {
  const call = `${namespace.name}.${type}`;
  if (options?.parent) refuseMac(call, options, options.parent);
  checkOptions(call, options, OPTIONS);
  const { parent } = options;
  checkChild(call, namespace, options);
  checkIpvlanSettings(call, options);
  const origin = namespace.newInterface(call, type, { ...options, base: type, segment: parent.segment });
  const below = parent instanceof Ipvlan ? parent.parent : parent;
  const sibling = [...below.children].find((child): child is Ipvlan => child instanceof Ipvlan && !child.deleted);
  // Without a mode ipvlan_link_new would set the port, and so the siblings, back to l3.
  const { mode = sibling?.mode ?? 'l3', flag = sibling?.flag ?? 'bridge' } = options;
  const parentState = addChildLink(namespace, {
    kind: ipvlanKind.as(type, { mode, flag }),
    options,
    origin,
    mac: undefined,
    causes: causesOf(type, parent),
  });
  return { origin: { ...origin, mac: parent.mac }, below: parentState };
}

function causesOf(type: 'ipvlan' | 'ipvtap', parent: Interface): Causes {
  return {
    EBUSY: () => usualCauseOfBusy(parent),
    EINVAL: `${parent} must be Ethernet, and no loopback (ipvlan_port_create)`,
    EOPNOTSUPP: () => (hasLinkType(type) ? 'mode l3s needs CONFIG_IPVLAN_L3S' : missingLinkType(type)),
  };
}

/** `netdev_is_rx_handler_busy`: a device has one rx_handler. */
function usualCauseOfBusy(parent: Interface): string {
  const other = [...parent.children].find(({ deleted, kind }) => !deleted && kind.startsWith('macv'));
  if (other) {
    return `${parent} has ${other}, a ${other.kind}: macvlan and ipvlan exclude one another on one parent, since a device has one rx_handler (netdev_rx_handler_register)`;
  }
  if (parent.kind.startsWith('macv'))
    return `${parent} is a ${parent.kind} itself, which hands its frames to a character device`;
  return `${parent} is a bridge port already; a device has one rx_handler (netdev_rx_handler_register)`;
}
