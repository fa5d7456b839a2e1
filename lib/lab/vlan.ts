import { checkInteger, checkOneOf, checkOptions, UsageError } from '../kernel/validate.ts';
import type { Causes } from '../netlink/request.ts';
import { addChildLink, adoptChild, CHILD_OPTIONS, Child, type ChildOptions, checkChild } from './child.ts';
import type { Interface } from './interface.ts';
import { hasLinkType, missingLinkType } from './link-types.ts';
import type { Namespace } from './namespace.ts';
import type { Segment } from './segment.ts';
import { VLAN_PROTOCOL_NUMBERS, VLAN_PROTOCOLS, type VlanProtocol, vlanKind } from './vlan-attributes.ts';

/** 4095 is reserved (IEEE 802.1Q-2018 table 9-2). */
const HIGHEST_ID = 4094;
const LONGEST_NAME = 15;

/** A new VLAN device, in the words of `ip link add … type vlan`. */
export interface VlanOptions extends ChildOptions {
  /** 0 to 4094. */
  id: number;
  /** `802.1ad`: a service tag, as the outer one of two. @default '802.1Q' */
  protocol?: VlanProtocol;
  /** @default the parent's */
  mac?: string;
  /** @default the parent's name and the id, as in `eth0.10` */
  name?: string;
}

const OPTIONS = [...CHILD_OPTIONS, 'id', 'protocol', 'mac'] as const;

/**
 * A VLAN device: what it sends leaves by its parent with a tag, and what comes in there with that tag is its own. The id
 * and the protocol stay what they were made with.
 */
export class Vlan extends Child<Interface> {
  /** The id that the kernel has. */
  get id(): number {
    return vlanKind.of(this.state()).id;
  }

  get protocol(): VlanProtocol {
    return vlanKind.of(this.state()).protocol;
  }

  protected override changeCauses(): Causes {
    return {
      ...super.changeCauses(),
      ERANGE: `a VLAN's MTU may not be larger than its parent's (vlan_dev_change_mtu): ${this.parent}`,
      ENETDOWN: `${this.parent} is down, and a VLAN cannot be up then (vlan_dev_open)`,
    };
  }
}

/** Makes a VLAN device on a parent, in a namespace; {@link Namespace.vlan} is this. */
export function addVlan(namespace: Namespace, options: VlanOptions): Vlan {
  const call = `${namespace.name}.vlan`;
  checkOptions(call, options, OPTIONS);
  const { parent, id, protocol = '802.1Q', mac } = options;
  checkChild(call, namespace, options);
  if (id === undefined) throw new UsageError(`${call}: id must be given: a whole number from 0 to ${HIGHEST_ID}`);
  checkInteger(call, 'id', id, 0, HIGHEST_ID);
  checkOneOf(call, 'protocol', protocol, VLAN_PROTOCOLS);
  namespace.checkNewInterface(call, options);
  const origin = namespace.newInterface(call, 'vlan', {
    ...options,
    base: 'vlan',
    ...nameOf(namespace, options),
    segment: vlanSegment(parent, { id, protocol }),
  });
  const below = addChildLink(namespace, {
    kind: vlanKind.as('vlan', { protocol, id }),
    options,
    origin,
    mac,
    causes: causesOf(namespace, options, origin.name),
  });
  return adoptChild(new Vlan({ ...origin, mac: mac?.toLowerCase() ?? parent.mac }, parent), options, below);
}

/** What VLANs of one tag on one segment have in common. */
export function vlanSegment(
  { namespace: { lab }, segment }: Interface,
  { id, protocol }: { id: number; protocol: VlanProtocol },
): Segment | undefined {
  return segment && lab.segments.ofVlan(segment, `${protocol} ${id}`, `${segment.name}.${id}`);
}

/** `eth0.10`, where that is free and short enough. */
function nameOf(namespace: Namespace, { name, parent, id }: VlanOptions): { name?: string } {
  if (name !== undefined) return { name };
  const usual = `${parent.name}.${id}`;
  const taken = namespace.interfaces.some((device) => device.name === usual);
  return taken || Buffer.byteLength(usual) > LONGEST_NAME ? {} : { name: usual };
}

function causesOf(namespace: Namespace, { parent, id, protocol = '802.1Q' }: VlanOptions, name: string): Causes {
  return {
    // vlan_check_real_dev; the name is looked at first.
    EEXIST: `${parent} has a VLAN of ${protocol} id ${id} already, or ${namespace.name} an interface ${name}`,
    EINVAL: () => `the MTU must not be larger than that of ${parent} (${parent.state().mtu}): vlan_newlink`,
    ENETDOWN: `${parent} is down, and a VLAN cannot be up then (vlan_dev_open): say up: false, or bring it up`,
    EOPNOTSUPP: () =>
      hasLinkType('vlan') ? `${parent} takes no VLANs (NETIF_F_VLAN_CHALLENGED)` : missingLinkType('vlan'),
  };
}

/** Whether a tag is a VLAN's: its type as on the wire, and its id. */
export function isTagOf(vlan: { id: number; protocol: VlanProtocol }, tag: { type: number; id: number }): boolean {
  return VLAN_PROTOCOL_NUMBERS[vlan.protocol] === tag.type && vlan.id === tag.id;
}
