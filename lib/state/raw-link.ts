import { decodeAttributes } from '../netlink/codec/attribute.ts';
import { linkAttributes, linkHeader } from '../netlink/link.ts';

/** The attributes of a device by their numbers, as bytes: those of the device itself, of its kind, and of it as a port. */
export interface RawLink {
  /** `ifi_flags` */
  readonly flags: number;
  readonly link: RawAttributes;
  readonly data: RawAttributes;
  readonly slaveData: RawAttributes;
}

export type RawAttributes = ReadonlyMap<number, Buffer>;

// linux/if_link.h
const IFLA_INFO_DATA = 2;
const IFLA_INFO_SLAVE_DATA = 5;
/** In `struct ifinfomsg`. */
const FLAGS_AT = 8;

/** Takes the body of a `RTM_NEWLINK` apart. */
export function rawLink(body: Buffer): RawLink {
  const info = linkAttributes.rows.info.number;
  const link = decodeAttributes(body.subarray(linkHeader.size), info);
  const inner = decodeAttributes(link.get(info) ?? Buffer.alloc(0), IFLA_INFO_DATA);
  const flags = body.readUInt32LE(FLAGS_AT);
  return { flags, link, data: nested(inner, IFLA_INFO_DATA), slaveData: nested(inner, IFLA_INFO_SLAVE_DATA) };
}

function nested(attributes: RawAttributes, number: number): RawAttributes {
  // The list of a source macvlan may be longer than its 16 bits can say (IFLA_MACVLAN_MACADDR_DATA).
  return decodeAttributes(attributes.get(number) ?? Buffer.alloc(0), 5);
}
