import { bridge as bridgeKind } from '../links/bridge.ts';
import { VLAN_PROTOCOL_NUMBERS, type VlanProtocol } from '../links/vlan.ts';
import type { BridgeVlan } from '../netlink/bridge-vlan.ts';
import type { VlanTag } from '../wire/vlan-tag.ts';
import type { Cause } from './cause.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { tagFacts } from './vlan.ts';

/** A frame inside a bridge: while the bridge looks at VLANs, with the tag of the VLAN that it is of. */
export interface Admitted {
  frame: Frame;
  /** Undefined where the bridge does not look at VLANs. */
  vlan: number | undefined;
  /** The port whose pvid the VLAN is, where the frame said none. */
  pvidOf?: Device;
}

/**
 * What a frame becomes that comes in by a port, or from the bridge's own host: `br_allowed_ingress`, `__allowed_ingress`.
 *
 * @param by the port, or the bridge itself
 */
export function admit(bridge: Device, by: Device, frame: Frame): Admitted | Cause {
  const { vlanFiltering, vlanProtocol } = bridgeKind.of(bridge.link);
  if (!vlanFiltering) return { frame, vlan: undefined };
  const type = VLAN_PROTOCOL_NUMBERS[(vlanProtocol ?? '802.1Q') as VlanProtocol];
  const [tag, ...inner] = frame.tags;
  // A tag of another protocol is a part of what is inside.
  const own = tag?.type === type ? tag : undefined;
  if (own && own.id !== 0) {
    if (vlanOf(by, own.id)) return { frame, vlan: own.id };
    return { code: 'bridge.vlan', facts: { port: by.name, id: own.id, side: 'in' } };
  }
  const pvid = vlansOf(by).find((vlan) => vlan.pvid);
  if (!pvid) return { code: 'bridge.no-pvid', facts: { port: by.name, ...(tag ? { tag: tagFacts(tag) } : {}) } };
  const tags: VlanTag[] = [{ type, id: pvid.id }, ...(own ? inner : frame.tags)];
  return { frame: { ...frame, tags }, vlan: pvid.id, pvidOf: by };
}

/** Why a frame does not go out by a port, or to the bridge's own host: `br_allowed_egress`. */
export function refusal(to: Device, { vlan, pvidOf }: Admitted): Cause | undefined {
  if (vlan === undefined || vlanOf(to, vlan)) return undefined;
  const facts = { port: to.name, id: vlan, side: 'out' as const };
  return { code: 'bridge.vlan', facts: pvidOf ? { ...facts, pvidOf: pvidOf.name } : facts };
}

/** The frame as it goes out by a port, or to the bridge's own host: `br_handle_vlan`. */
export function asItLeaves(to: Device, { frame, vlan }: Admitted): Frame {
  const isUntagged = vlan !== undefined && vlanOf(to, vlan)?.untagged;
  return isUntagged ? { ...frame, tags: frame.tags.slice(1) } : frame;
}

/** Whether its VLANs have states of their own (`br_vlan_state_allowed`), which the model does not follow. */
export function hasVlanStates({ host, index }: Device): boolean {
  return host.vlans.some((each) => each.index === index && each.hasStates);
}

function vlanOf(device: Device, id: number): BridgeVlan | undefined {
  return vlansOf(device).find((vlan) => vlan.id === id);
}

function vlansOf({ host, index }: Device): readonly BridgeVlan[] {
  return host.vlans.find((each) => each.index === index)?.vlans ?? [];
}
