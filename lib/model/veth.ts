import { downCause } from './carrier.ts';
import { type Frame, sizeOf } from './frame.ts';
import type { Device } from './network.ts';
import { drop, receiveOn, unknown, type Verdict } from './prediction.ts';

/** `veth_xmit`. */
export function sendByVeth(device: Device, frame: Frame): readonly Verdict[] {
  const { peer } = device;
  return peer ? handOver(device, peer, frame) : [unknown(`the other end of ${device} is outside the lab`)];
}

/**
 * Gives a frame to another device as if it had come in by a wire (`__dev_forward_skb`): that has to be up, and takes packets of up to its
 * MTU and a VLAN tag (`is_skb_forwardable`).
 */
export function handOver(sender: Device, to: Device, frame: Frame): readonly Verdict[] {
  const { link } = to;
  if (!link.up) return [drop(downCause(to), '__dev_forward_skb', { towards: to })];
  if (sizeOf(frame) <= link.mtu + VLAN_TAG) return [receiveOn(to, frame)];
  const where = { is: 'receiver', sender: sender.name, senderMtu: sender.link.mtu } as const;
  const facts = { device: to.name, mtu: link.mtu, length: sizeOf(frame), where };
  return [drop({ code: 'link.mtu', facts }, '__dev_forward_skb', { towards: to })];
}

const VLAN_TAG = 4;
