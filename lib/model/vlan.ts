import { vlan as vlanKind } from '../links/vlan.ts';
import { tagWords, VLAN_PROTOCOL_NUMBERS, type VlanProtocol, type VlanTag } from '../wire/vlan-tag.ts';
import { downCause } from './carrier.ts';
import type { Cause } from './cause.ts';
import type { Frame, PacketType } from './frame.ts';
import type { Device } from './network.ts';
import { drop, PASS, receiveOn, transmitOn, unknown, type Verdict } from './prediction.ts';

/** `vlan_dev_hard_start_xmit`: a tag more, in front of those that are there. */
export function sendByVlan(device: Device, frame: Frame): readonly Verdict[] {
  const { lower } = device;
  if (!lower) return [unknown(`the device below ${device} is outside the lab`)];
  return [transmitOn(lower, { ...frame, tags: [tagOf(device), ...frame.tags] })];
}

/**
 * `vlan_do_receive`: a tagged frame goes to the VLAN device for its tag, before any rx_handler. With PASS among them the frame
 * goes on: it has no tag, or nobody takes it.
 */
export function receiveTagged(device: Device, frame: Frame, type: PacketType): readonly Verdict[] {
  const [tag, ...inner] = frame.tags;
  const vlan = vlanOn(device, tag);
  const others = device.uppers(vlanKind).filter((each) => each !== vlan);
  const missed = others.map((each) => drop(otherTag(each, tag), 'vlan_do_receive', { towards: each }));
  if (!vlan) return [...missed, PASS];
  if (!vlan.link.up) return [...missed, drop(downCause(vlan), 'vlan_do_receive', { towards: vlan })];
  // The device below may have another MAC address.
  const isOwn = type === 'otherhost' && frame.destination === vlan.link.mac;
  return [...missed, receiveOn(vlan, { ...frame, tags: inner }, isOwn ? 'host' : type)];
}

/** The VLAN device for a tag on a device (`__vlan_find_dev_deep_rcu`). */
export function vlanOn(device: Device, tag: VlanTag | undefined): Device | undefined {
  return device.uppers(vlanKind).find((each) => tag && isSame(tagOf(each), tag));
}

function otherTag(vlan: Device, tag: VlanTag | undefined): Cause {
  const { protocol, id } = vlanKind.of(vlan.link);
  return { code: 'vlan.other-tag', facts: { device: vlan.name, protocol, id, tag: tag ? tagWords(tag) : null } };
}

function tagOf({ link }: Device): VlanTag {
  const { protocol, id } = vlanKind.of(link);
  return { type: VLAN_PROTOCOL_NUMBERS[protocol as VlanProtocol], id };
}

function isSame(one: VlanTag, other: VlanTag): boolean {
  return one.type === other.type && one.id === other.id;
}

/** A tag of id 0 bears a priority only, and the stack takes the frame without it. */
export function withoutPriorityTags(frame: Frame): Frame {
  const at = frame.tags.findIndex(({ id }) => id !== 0);
  return { ...frame, tags: at === -1 ? [] : frame.tags.slice(at) };
}
