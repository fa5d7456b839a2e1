/** Tag protocol identifiers of customer and service tags (IEEE 802.1Q-2018 table 9-1). */
const TAG_TYPES = [0x8100, 0x88a8];
const ADDRESSES = 12;
const TAG = 4;

/** A VLAN tag: its protocol identifier, and the VLAN's id. */
export interface VlanTag {
  type: number;
  id: number;
}

/** The outermost tag of a frame; undefined when it has none. */
export function vlanTagOf(frame: Buffer): VlanTag | undefined {
  if (frame.length < ADDRESSES + TAG + 2) return undefined;
  const type = frame.readUInt16BE(ADDRESSES);
  return TAG_TYPES.includes(type) ? { type, id: frame.readUInt16BE(ADDRESSES + 2) & 0xfff } : undefined;
}

/** The tags of a frame, the outermost first. */
export function vlanTagsOf(frame: Buffer): VlanTag[] {
  const tag = vlanTagOf(frame);
  return tag ? [tag, ...vlanTagsOf(withoutTag(frame))] : [];
}

/** The frame without its tags. */
export function withoutVlanTags(frame: Buffer): Buffer {
  return vlanTagOf(frame) ? withoutVlanTags(withoutTag(frame)) : frame;
}

function withoutTag(frame: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, ADDRESSES), frame.subarray(ADDRESSES + TAG)]);
}

/** As in `802.1Q id 10`. */
export function describeVlanTag({ type, id }: VlanTag): string {
  return `${type === 0x88a8 ? '802.1ad' : '802.1Q'} id ${id}`;
}
