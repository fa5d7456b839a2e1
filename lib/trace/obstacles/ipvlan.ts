import { isNoRoute } from '../../kernel/no-route.ts';
import type { Ipvlan } from '../../lab/index.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { isGroupMac } from '../../wire/mac-address.ts';
import { neighbourObstacle } from './neighbour.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a frame that came in by a parent was not handed to one of its ipvlans (`ipvlan_handle_frame`). */
export function ipvlanObstacle(child: Ipvlan, bytes: Buffer): Obstacle | undefined {
  if (!child.state().up) return { text: `${child} is down`, hint: `bring it up: set({ up: true }) on ${child}` };
  const { mode } = child;
  if (mode !== 'l2' && isGroup(bytes)) {
    return {
      text: `${child} is in mode ${mode}: no broadcast and no multicast comes to it, and so no ND (ipvlan_handle_mode_l3)`,
      hint: `route to it instead, by an address of ${child.parent}; or set({ mode: 'l2' }) on ${child}`,
    };
  }
  return undefined;
}

/** Why a frame of an ipvlan's was not handed to its sibling (`ipvlan_queue_xmit`). */
export function ipvlanSiblingObstacle(sender: Ipvlan, receiver: Ipvlan, bytes: Buffer): Obstacle | undefined {
  if (!receiver.state().up)
    return { text: `${receiver} is down`, hint: `bring it up: set({ up: true }) on ${receiver}` };
  if (sender.mode !== 'l2' && isGroup(bytes)) return groupObstacle(sender);
  if (sender.flag === 'private') {
    return {
      text: `${sender} and ${receiver} are private: what one sends to the other is dropped`,
      hint: `set({ flag: 'bridge' }) on ${sender}: it changes for all ipvlans on ${sender.parent}`,
    };
  }
  return undefined;
}

/** Why what an ipvlan sent did not leave by its parent. In modes l3 and l3s the parent's namespace routes it (`ipvlan_process_outbound`). */
export function ipvlanOutObstacle(child: Ipvlan, bytes: Buffer): Obstacle | undefined {
  const { mode, parent } = child;
  const { namespace } = parent;
  if (mode === 'l2') return undefined;
  if (isGroup(bytes)) return groupObstacle(child);
  const packet = ipPacketOf(bytes);
  if (!packet) return { text: `${child} is in mode ${mode}, which sends IP packets only` };
  const { destination, source } = packet;
  if (namespace.interfaces.some((device) => device.address.list().some(({ address }) => address === destination))) {
    return {
      text: `${namespace} gets it without passing ${parent} (ip_local_out), and has no way back: what it sends to ${source} leaves by ${parent}`,
      hint: "an ipvlan and its parent's host do not talk in modes l3 and l3s: use a cable between the two, or another host",
    };
  }
  try {
    namespace.route.get(destination, parent);
  } catch (error) {
    if (!isNoRoute(error)) throw error;
    return {
      text: `${namespace} has no route to ${destination} by ${parent.name}, and in mode ${mode} it is ${namespace} that routes`,
      hint: `${namespace}.route.add({ to: '${destination}', via: … })`,
    };
  }
  return neighbourObstacle(namespace, destination);
}

function groupObstacle(sender: Ipvlan): Obstacle {
  return {
    text: `${sender} is in mode ${sender.mode}, which sends no broadcast and no multicast (ipvlan_process_outbound)`,
    hint: `set({ mode: 'l2' }) on ${sender}: it changes for all ipvlans on ${sender.parent}`,
  };
}

function isGroup(bytes: Buffer): boolean {
  const frame = decodeEthernet(bytes);
  return frame !== undefined && isGroupMac(frame.destination);
}
