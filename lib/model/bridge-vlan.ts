import { bridge as bridgeKind } from '../links/bridge.ts';
import { portOf } from '../links/bridge-port.ts';
import { vxlan } from '../links/vxlan.ts';
import type { PortVlans } from '../state/network-state.ts';
import { tagWords, VLAN_PROTOCOL_NUMBERS, type VlanProtocol, type VlanTag } from '../wire/vlan-tag.ts';
import type { Cause, CauseOf } from './cause.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';

/** A frame inside a bridge: while the bridge looks at VLANs, with the tag of the VLAN that it is of. */
export interface BridgedFrame {
  frame: Frame;
  /** Undefined where the bridge does not look at VLANs. */
  vlan: number | undefined;
  /** Of a frame that came without a tag: the port that gave it the VLAN, its pvid. */
  pvidOf?: Device;
  /** Where the port only learns addresses in this VLAN: what the frame is dropped for. */
  learning?: Cause;
}

/**
 * What the bridge makes of a frame that comes in by a port, or from its own host: the frame with its VLAN, or why it is dropped
 * (`br_allowed_ingress`, `__allowed_ingress`).
 *
 * @param by the port, or the bridge itself
 * @param isForwarding whether the port itself is: a VLAN's state counts only then
 */
export function checkIngress(bridge: Device, by: Device, frame: Frame, isForwarding = true): BridgedFrame | Cause {
  const { vlanFiltering, vlanProtocol } = bridgeKind.of(bridge.link);
  if (!vlanFiltering) return { frame, vlan: undefined };
  const type = VLAN_PROTOCOL_NUMBERS[(vlanProtocol ?? '802.1Q') as VlanProtocol];
  const [tag, ...inner] = frame.tags;
  // A tag of another protocol is a part of what is inside.
  const own = tag?.type === type ? tag : undefined;
  if (own && own.id !== 0) {
    const vlan = vlanOf(by, own.id);
    if (vlan) return inState(by, isForwarding ? vlan : undefined, { frame, vlan: own.id });
    return { code: 'bridge.vlan', facts: { port: by.name, id: own.id, side: 'in' } };
  }
  const pvid = vlansOf(by).find((vlan) => vlan.pvid);
  if (!pvid) {
    // Without a tunnel at the port no VNI names a VLAN (br_handle_ingress_vlan_tunnel).
    const more = tag ? { tag: tagWords(tag) } : isExternal(by) ? { tunnel: 'unmapped' as const } : {};
    return { code: 'bridge.no-pvid', facts: { port: by.name, ...more } };
  }
  const tags: VlanTag[] = [{ type, id: pvid.id }, ...(own ? inner : frame.tags)];
  return inState(by, isForwarding ? pvid : undefined, { frame: { ...frame, tags }, vlan: pvid.id, pvidOf: by });
}

/** The state of the VLAN at the port (`br_vlan_state_allowed`). */
function inState(by: Device, vlan: VlanOfPort | undefined, bridged: BridgedFrame): BridgedFrame | Cause {
  if (!vlan || vlan.state === 'forwarding') return bridged;
  const cause = stateCause(by, vlan, 'in');
  return vlan.state === 'learning' ? { ...bridged, learning: cause } : cause;
}

function stateCause(port: Device, { id, state, msti }: VlanOfPort, side: 'in' | 'out'): Cause {
  const instance = msti === undefined ? {} : { msti };
  return { code: 'bridge.vlan-state', facts: { port: port.name, id, state, side, ...instance } };
}

/** Why a frame does not go out by a port, or to the bridge's own host: `br_allowed_egress`. */
export function checkEgress(to: Device, { vlan, pvidOf }: BridgedFrame): Cause | undefined {
  if (vlan === undefined) return undefined;
  const own = vlanOf(to, vlan);
  if (own) return own.state === 'forwarding' ? undefined : stateCause(to, own, 'out');
  const facts = { port: to.name, id: vlan, side: 'out' as const };
  return { code: 'bridge.vlan', facts: pvidOf ? { ...facts, pvidOf: pvidOf.name } : facts };
}

/**
 * The frame as it goes out by a port, or to the bridge's own host: `br_handle_vlan`, `br_handle_egress_vlan_tunnel`.
 *
 * @param ingress undefined: the bridge's own host sent it, which may have chosen a tunnel itself (`encap ip`)
 */
export function asItLeaves(
  to: Device,
  { frame, vlan, ingress }: BridgedFrame & { ingress: Device | undefined },
): Frame {
  const own = vlan === undefined ? undefined : vlanOf(to, vlan);
  const untagged = { ...frame, tags: frame.tags.slice(1) };
  const because = noTunnelBecause(to, own);
  // Ports of any kind lose the tag (skb_vlan_pop).
  if (!because) return { ...untagged, tunnel: own?.tunnelId };
  const tunnel = ingress && isExternal(to) ? { because, ...(vlan === undefined ? {} : { vlan }) } : undefined;
  return { ...(own?.untagged ? untagged : frame), tunnel };
}

/** Only a frame that still has its tag is mapped. */
function noTunnelBecause(
  to: Device,
  own: VlanOfPort | undefined,
): CauseOf<'bridge.no-tunnel'>['facts']['because'] | undefined {
  if (!own) return 'not-filtering';
  if (!portOf(to.link)?.vlanTunnel) return 'off';
  if (own.untagged) return 'untagged';
  return own.tunnelId === undefined ? 'unmapped' : undefined;
}

/** A vxlan that takes VNI and target from each frame's metadata (`VXLAN_F_COLLECT_METADATA`). */
function isExternal({ link }: Device): boolean {
  return vxlan.is(link) && vxlan.of(link).external === true;
}

/**
 * Whether the port puts a frame into the VLAN of the tunnel that it came by: `br_handle_ingress_vlan_tunnel`. Which tunnel that was
 * the frame does not say.
 */
export function isOfSomeTunnel(port: Device, { tags }: Frame): boolean {
  const maps = portOf(port.link)?.vlanTunnel && vlansOf(port).some(({ tunnelId }) => tunnelId !== undefined);
  return maps === true && tags.length === 0;
}

type VlanOfPort = PortVlans['vlans'][number];

export function vlanOf(device: Device, id: number): VlanOfPort | undefined {
  return vlansOf(device).find((vlan) => vlan.id === id);
}

function vlansOf({ host, index }: Device): readonly VlanOfPort[] {
  return host.vlans.find((each) => each.index === index)?.vlans ?? [];
}
