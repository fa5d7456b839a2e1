import type { Interface, Vlan } from '../../lab/index.ts';
import { isTagOf } from '../../links/vlan.ts';
import type { Cause, Tag } from '../../model/cause.ts';
import { type VlanTag, vlanTagOf } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';

/** Why a frame that came in by a parent was not handed to one of its VLANs (`vlan_do_receive`). */
export function vlanCause(vlan: Vlan, bytes: Buffer): Cause | undefined {
  const tag = vlanTagOf(bytes);
  if (tag && isTagOf(vlan, tag)) return undefined;
  const { protocol, id } = vlan;
  return { code: 'vlan.other-tag', facts: { device: deviceName(vlan), protocol, id, tag: tag ? tagOf(tag) : null } };
}

/** Why the stack of a device did not take a frame: it has a tag, and no VLAN there is of that one. */
export function tagCause(device: Interface, bytes: Buffer): Cause | undefined {
  const tag = vlanTagOf(bytes);
  return tag && { code: 'vlan.missing', facts: { device: deviceName(device), tag: tagOf(tag) } };
}

function tagOf({ type, id }: VlanTag): Tag {
  return { protocol: type === 0x88a8 ? '802.1ad' : '802.1Q', id };
}
