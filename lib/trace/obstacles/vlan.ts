import type { Interface, Vlan } from '../../lab/index.ts';
import { isTagOf } from '../../links/vlan.ts';
import { describeVlanTag, vlanTagOf } from '../../wire/vlan-tag.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a frame that came in by a parent was not handed to one of its VLANs (`vlan_do_receive`). */
export function vlanObstacle(vlan: Vlan, bytes: Buffer): Obstacle | undefined {
  if (!vlan.state().up) return { text: `${vlan} is down`, hint: `bring it up: set({ up: true }) on ${vlan}` };
  const tag = vlanTagOf(bytes);
  if (tag && isTagOf(vlan, tag)) return undefined;
  return {
    text: `the frame has ${tag ? `the tag ${describeVlanTag(tag)}` : 'no tag'}; ${vlan} takes ${wordsOf(vlan)}`,
    hint: `both ends of a VLAN need one protocol and id, which stay as they were made: delete ${vlan} and make it anew`,
  };
}

/** Why the stack of a device did not take a frame: it has a tag, and no VLAN there is of that one. */
export function tagObstacle(device: Interface, bytes: Buffer): Obstacle | undefined {
  const tag = vlanTagOf(bytes);
  if (!tag) return undefined;
  const words = describeVlanTag(tag);
  return {
    text: `the frame has the tag ${words}, and ${device} has no VLAN of that one: its own stack takes untagged frames`,
    hint: `${device.namespace}.vlan({ parent: ${device}, ${tag.type === 0x8100 ? '' : "protocol: '802.1ad', "}id: ${tag.id} })`,
  };
}

function wordsOf({ protocol, id }: Vlan): string {
  return `${protocol} id ${id}`;
}
