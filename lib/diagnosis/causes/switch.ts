import { type Interface, isBridge, isLink, type Macvlan, Switch } from '../../lab/index.ts';
import { settingsOfPort } from '../../lab/port.ts';
import { bridge as bridgeKind } from '../../links/bridge.ts';
import { macvlan } from '../../links/macvlan.ts';
import type { Cause } from '../../model/cause.ts';
import { ipLink, type LinkState } from '../../netlink/link.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { BROADCAST_MAC, isGroupMac } from '../../wire/mac-address.ts';

import { deviceName } from '../names.ts';
import { portLinkCause } from './link.ts';

const ETHERNET_HEADER = 14;

/** Why a frame that came in by one port of a switch did not go out of another, or of the same (`should_deliver`). */
export function switchCause(ingress: Interface, egress: Interface, bytes: Buffer, length: number): Cause | undefined {
  const bridge = bridgeOf(ingress);
  for (const port of [ingress, egress]) {
    if (!bridge || port.state().master === bridge.index) continue;
    return { code: 'bridge.not-a-port', facts: { port: deviceName(port), bridge: bridge.name } };
  }
  const [incoming, outgoing] = [settingsOfPort(ingress), settingsOfPort(egress)];
  const link = portLinkCause(egress);
  if (link) return link;
  // With it all of its ports are disabled (br_stp_disable_bridge).
  if (bridge && !bridge.up)
    return { code: 'bridge.down', facts: { namespace: ingress.namespace.name, bridge: bridge.name } };
  const spanningTree = bridge !== undefined && bridgeKind.of(bridge).stp;
  const blocked = stateCause(ingress, 'in', spanningTree) ?? stateCause(egress, 'out', spanningTree);
  if (blocked) return blocked;
  const port = deviceName(egress);
  if (ingress === egress && !outgoing.hairpin)
    return { code: 'bridge.hairpin-off', facts: { port, isOfNoUse: isOfNoUse(egress, bytes) } };
  if (ingress !== egress && incoming.isolated && outgoing.isolated)
    return { code: 'bridge.isolated', facts: { ingress: deviceName(ingress), egress: port } };
  // br_dev_queue_push_xmit → is_skb_forwardable: up to the port's MTU, the Ethernet header and a VLAN tag.
  const [size, { mtu }] = [length - ETHERNET_HEADER, egress.state()];
  if (size > mtu + 4) return { code: 'link.mtu', facts: { device: port, mtu, length: size, where: { is: 'bridge' } } };
  return floodingCause(ingress, egress, bytes) ?? learningCause(ingress, egress, bytes);
}

/** The kernel's own word on a port's bridge, whoever made that. */
function bridgeOf({ namespace, bridge }: Interface): LinkState | undefined {
  const index = bridge?.index ?? (namespace instanceof Switch ? namespace.bridge : undefined);
  return index === undefined ? undefined : namespace.rtnetlink.get(ipLink.get({ index }));
}

function stateCause(port: Interface, side: 'in' | 'out', spanningTree: boolean): Cause | undefined {
  const { state = 'forwarding' } = settingsOfPort(port);
  if (state === 'forwarding') return undefined;
  return { code: 'bridge.port-state', facts: { port: deviceName(port), state, side, spanningTree } };
}

/** Whether a reflected group frame would be heard by none: from a private station, or by private ones (`macvlan_broadcast`). */
function isOfNoUse({ peer }: Interface, bytes: Buffer): boolean {
  const frame = decodeEthernet(bytes);
  if (!peer || !frame || !isGroupMac(frame.destination)) return false;
  const stations = [...peer.children].filter((child) => isLink(child, macvlan));
  const isPrivate = ({ mode }: Macvlan) => mode === 'private';
  const sender = stations.find(({ mac }) => mac === frame.source);
  const others = stations.filter((station) => station !== sender);
  return (sender !== undefined && isPrivate(sender)) || (others.length > 0 && others.every(isPrivate));
}

/** `br_flood`: each class of frame has a switch of its own. */
function floodingCause(ingress: Interface, egress: Interface, bytes: Buffer): Cause | undefined {
  const { bcastFlood, mcastFlood, flood } = settingsOfPort(egress);
  const port = deviceName(egress);
  const destination = decodeEthernet(bytes)?.destination ?? '';
  if (destination === BROADCAST_MAC) {
    return bcastFlood === false ? { code: 'bridge.bcast-flood-off', facts: { port } } : undefined;
  }
  if (isGroupMac(destination)) {
    return mcastFlood === false ? { code: 'bridge.mcast-flood-off', facts: { port } } : undefined;
  }
  if (flood !== false || behind(ingress, destination)) return undefined;
  return { code: 'bridge.flood-off', facts: { port, mac: destination } };
}

/** `br_handle_frame_finish`: a known address is sent to its port alone. */
function learningCause(ingress: Interface, egress: Interface, bytes: Buffer): Cause | undefined {
  const destination = decodeEthernet(bytes)?.destination ?? '';
  const port = behind(ingress, destination);
  if (!port || port === egress) return undefined;
  const facts = { mac: destination, port: deviceName(port), wanted: deviceName(egress) };
  return { code: 'bridge.other-port', facts };
}

function behind(ingress: Interface, mac: string): Interface | undefined {
  const bridge = ingress.bridge ?? ingress.namespace;
  const entries = isBridge(bridge) || bridge instanceof Switch ? bridge.fdb.list() : [];
  return entries.find((entry) => entry.mac === mac)?.port;
}
