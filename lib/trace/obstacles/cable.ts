import type { Interface } from '../../lab/index.ts';
import type { Obstacle } from './obstacle.ts';

const ETHERNET_HEADER = 14;

/** Why a frame that a device sent did not come in at the other end of its cable. */
export function cableObstacle(device: Interface, peer: Interface, length: number): Obstacle | undefined {
  const [near, far] = [device.state(), peer.state()];
  if (!far.up) return { text: `${peer} is down`, hint: `bring it up: set({ up: true }) on ${peer}` };
  if (!near.carrier) return { text: `${device} has no carrier` };
  // veth_xmit → __dev_forward_skb → is_skb_forwardable: up to the receiver's MTU, the Ethernet header and a VLAN tag.
  if (length > far.mtu + ETHERNET_HEADER + 4) {
    return {
      text: `${peer} takes packets of up to ${far.mtu} bytes (its MTU), and this one has ${length - ETHERNET_HEADER}`,
      hint: `both ends of a cable need the same MTU: ${device} has ${near.mtu}`,
    };
  }
  return undefined;
}
