import type { Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { deviceName } from '../names.ts';
import { downCause, noCarrier } from './link.ts';

const ETHERNET_HEADER = 14;

/** Why a frame that a device sent did not come in at the other end of its cable. */
export function cableCause(device: Interface, peer: Interface, length: number): Cause | undefined {
  const down = downCause(peer);
  if (down) return down;
  const [near, far] = [device.state(), peer.state()];
  if (!near.carrier) return noCarrier(device);
  // veth_xmit → __dev_forward_skb → is_skb_forwardable: up to the receiver's MTU, the Ethernet header and a VLAN tag.
  if (length <= far.mtu + ETHERNET_HEADER + 4) return undefined;
  const where = { is: 'receiver', sender: deviceName(device), senderMtu: near.mtu } as const;
  return {
    code: 'link.mtu',
    facts: { device: deviceName(peer), mtu: far.mtu, length: length - ETHERNET_HEADER, where },
  };
}
