/** Tag protocol identifiers of customer and service tags (IEEE 802.1Q-2018 table 9-1). */
export const VLAN_PROTOCOL_NUMBERS = { '802.1Q': 0x8100, '802.1ad': 0x88a8 } as const;
export type VlanProtocol = keyof typeof VLAN_PROTOCOL_NUMBERS;
export const VLAN_PROTOCOLS = Object.keys(VLAN_PROTOCOL_NUMBERS) as VlanProtocol[];

const ADDRESSES = 12;
const TAG = 4;

/** A VLAN tag: its protocol identifier, and the VLAN's id. */
export interface VlanTag {
  type: number;
  id: number;
}

/** The outermost tag of a frame; undefined when it has none. */
export function vlanTagOf(frame: Buffer): VlanTag | undefined {
  return tagAt(frame, ADDRESSES);
}

/** The tags of a frame, the outermost first. */
export function vlanTagsOf(frame: Buffer): VlanTag[] {
  const tags: VlanTag[] = [];
  for (let tag = tagAt(frame, ADDRESSES); tag; tag = tagAt(frame, ADDRESSES + TAG * tags.length)) tags.push(tag);
  return tags;
}

export function withoutVlanTags(frame: Buffer): Buffer {
  const behind = ADDRESSES + TAG * vlanTagsOf(frame).length;
  return behind === ADDRESSES ? frame : Buffer.concat([frame.subarray(0, ADDRESSES), frame.subarray(behind)]);
}

function tagAt(frame: Buffer, at: number): VlanTag | undefined {
  if (frame.length < at + TAG + 2) return undefined;
  const type = frame.readUInt16BE(at);
  return vlanProtocolOf(type) ? { type, id: frame.readUInt16BE(at + 2) & 0xfff } : undefined;
}

/** The protocol that a tag protocol identifier stands for; undefined where it is none. */
export function vlanProtocolOf(type: number): VlanProtocol | undefined {
  return VLAN_PROTOCOLS.find((protocol) => VLAN_PROTOCOL_NUMBERS[protocol] === type);
}

/** A tag in the words of `ip link`. */
export function tagWords({ type, id }: VlanTag): { protocol: string; id: number } {
  return { protocol: vlanProtocolOf(type) ?? '', id };
}

/** As in `802.1Q id 10`. */
export function describeVlanTag(tag: VlanTag): string {
  const { protocol, id } = tagWords(tag);
  return `${protocol} id ${id}`;
}
