import { Bridge, type Interface, isLink, Switch } from '../../lab/index.ts';
import { settingsOfPort } from '../../lab/port.ts';
import { bridge as bridgeKind } from '../../links/bridge.ts';
import { type MacvlanMode, macvlan } from '../../links/macvlan.ts';
import { ipLink, type LinkState } from '../../netlink/link.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { BROADCAST_MAC, isGroupMac } from '../../wire/mac-address.ts';
import type { Obstacle } from './obstacle.ts';

const ETHERNET_HEADER = 14;

/** Why a frame that came in by one port of a switch did not go out of another, or of the same (`should_deliver`). */
export function switchObstacle(
  ingress: Interface,
  egress: Interface,
  bytes: Buffer,
  length: number,
): Obstacle | undefined {
  const bridge = bridgeOf(ingress);
  for (const port of [ingress, egress]) {
    if (!bridge || port.state().master === bridge.index) continue;
    return {
      text: `${port} is no port of ${bridge.name} any more`,
      hint: `on ${port.namespace}: ip link set ${port.name} master ${bridge.name}`,
    };
  }
  const [incoming, outgoing] = [settingsOfPort(ingress), settingsOfPort(egress)];
  const link = egress.state();
  if (!link.up) return { text: `${egress} is down`, hint: `bring it up: set({ up: true }) on ${egress}` };
  if (!link.carrier) return { text: `${egress} has no carrier: the other end of its cable is down` };
  if (bridge && !bridge.up) {
    const { namespace } = ingress;
    // With it all of its ports are disabled (br_stp_disable_bridge).
    const text = `${bridge.name} of ${namespace} is down, and its ports with it`;
    return { text, hint: `on ${namespace}: ip link set ${bridge.name} up` };
  }
  if (incoming.state !== 'forwarding') {
    return { text: `${ingress} is ${incoming.state}: it takes nothing in`, hint: forwardAgain(ingress, bridge) };
  }
  if (outgoing.state !== 'forwarding') {
    return { text: `${egress} is ${outgoing.state}: nothing goes out of it`, hint: forwardAgain(egress, bridge) };
  }
  if (ingress === egress && !outgoing.hairpin) {
    return {
      text: `not sent back out of ${egress}: hairpin is off on that port`,
      hint: isOfNoUse(egress, bytes)
        ? "in mode private siblings hear no broadcast of each other, reflected or not: mode 'vepa' or 'bridge'"
        : 'a VEPA switch reflects frames: switchPort.set({ hairpin: true })',
    };
  }
  if (ingress !== egress && incoming.isolated && outgoing.isolated) {
    return {
      text: `${ingress} and ${egress} are isolated: isolated ports do not talk to each other`,
      hint: 'set({ isolated: false }) on one of them',
    };
  }
  // br_dev_queue_push_xmit → is_skb_forwardable: up to the port's MTU, the Ethernet header and a VLAN tag.
  const size = length - ETHERNET_HEADER;
  if (size > link.mtu + 4) {
    return {
      text: `${egress} sends packets of up to ${link.mtu} bytes (its MTU), and this one has ${size}: a bridge fragments nothing`,
      hint: `set({ mtu: ${size} }) on ${egress} and on the other end of its cable`,
    };
  }
  return floodingObstacle(ingress, egress, bytes) ?? learningObstacle(ingress, egress, bytes);
}

/** The kernel's own word on a port's bridge, whoever made that. */
function bridgeOf({ namespace, bridge }: Interface): LinkState | undefined {
  const index = bridge?.index ?? (namespace instanceof Switch ? namespace.bridge : undefined);
  return index === undefined ? undefined : namespace.rtnetlink.get(ipLink.get({ index }));
}

function forwardAgain(port: Interface, bridge: LinkState | undefined): string {
  const hasSpanningTree = bridge !== undefined && bridgeKind.of(bridge).stp;
  return hasSpanningTree
    ? `the spanning tree of ${port.namespace} decides: a port that comes up forwards after 30 s`
    : `set({ state: 'forwarding' }) on ${port}`;
}

/** Whether a reflected group frame would be heard by none: from a private station, or by private ones (`macvlan_broadcast`). */
function isOfNoUse({ peer }: Interface, bytes: Buffer): boolean {
  const frame = decodeEthernet(bytes);
  if (!peer || !frame || !isGroupMac(frame.destination)) return false;
  const stations = [...peer.children].filter((child) => isLink(child, macvlan));
  const isPrivate = ({ mode }: { mode: MacvlanMode }) => mode === 'private';
  const sender = stations.find(({ mac }) => mac === frame.source);
  const others = stations.filter((station) => station !== sender);
  return (sender !== undefined && isPrivate(sender)) || (others.length > 0 && others.every(isPrivate));
}

/** `br_flood`: each class of frame has a switch of its own. */
function floodingObstacle(ingress: Interface, egress: Interface, bytes: Buffer): Obstacle | undefined {
  const { bcastFlood, mcastFlood, flood } = settingsOfPort(egress);
  const destination = decodeEthernet(bytes)?.destination ?? '';
  if (destination === BROADCAST_MAC) {
    return bcastFlood === false
      ? { text: `${egress} sends no broadcast: bcast_flood is off`, hint: `set({ bcastFlood: true }) on ${egress}` }
      : undefined;
  }
  if (isGroupMac(destination)) {
    return mcastFlood === false
      ? { text: `${egress} sends no multicast: mcast_flood is off`, hint: `set({ mcastFlood: true }) on ${egress}` }
      : undefined;
  }
  if (flood === false && !behind(ingress, destination)) {
    return {
      text: `${egress} sends no unicast to unknown addresses: flood is off, and nobody has learnt ${destination}`,
    };
  }
  return undefined;
}

/** `br_handle_frame_finish`: a known address is sent to its port alone. */
function learningObstacle(ingress: Interface, egress: Interface, bytes: Buffer): Obstacle | undefined {
  const destination = decodeEthernet(bytes)?.destination ?? '';
  const port = behind(ingress, destination);
  if (!port || port === egress) return undefined;
  return {
    text: `the switch has ${destination} behind ${port}, not behind ${egress}`,
    hint: 'two devices with one MAC address, or a static fdb entry: see fdb.list()',
  };
}

function behind(ingress: Interface, mac: string): Interface | undefined {
  const bridge = ingress.bridge ?? ingress.namespace;
  const entries = bridge instanceof Bridge || bridge instanceof Switch ? bridge.fdb.list() : [];
  return entries.find((entry) => entry.mac === mac)?.port;
}
