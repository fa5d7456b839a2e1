import type { Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { tagWords, vlanTagOf } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';

/** Why the stack of a device did not take a frame: it has a tag, and no VLAN there is of that one. */
export function tagCause(device: Interface, bytes: Buffer): Cause | undefined {
  const tag = vlanTagOf(bytes);
  return tag && { code: 'vlan.missing', facts: { device: deviceName(device), tag: tagWords(tag) } };
}
