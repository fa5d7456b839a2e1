import { u16 as u16Bytes } from '../../kernel/bytes.ts';
import { AF_INET6 } from '../../kernel/constants.ts';
import { bytesToIp, type Family as IpFamily, ipToBytes } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { rows } from '../codec/list.ts';
import { bytes, device, ip, lessOne, pad, u8, u16 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { flat, type Type } from '../codec/type.ts';
import { type Encap, encapBytes, encapWords, readEncap } from './lwtunnel.ts';

/** Where a route leads to next. */
export interface NextHop {
  /** Without one the destination is on the link. An IPv4 route's may be an IPv6 address (RFC 5549). */
  via: string | undefined;
  /** ifindex of the device to leave by. */
  device: number | undefined;
  /** Its share among several, from 1. */
  weight: number;
  /** Taken to be on the link whatever the other routes say. */
  onlink: boolean;
  /** What it wraps packets in, where hairpin knows it. */
  encap?: Encap | undefined;
}

/** The attributes of a next hop, which has one of the two. */
export function gateway(family: IpFamily, via: string | undefined): { gateway?: string; otherGateway?: string } {
  if (via === undefined) return {};
  return family === 4 && via.includes(':') ? { otherGateway: via } : { gateway: via };
}

/** `struct rtvia`: an address of another family than the route's, behind its family. */
const rtvia: Type<string | undefined> = {
  write: (to, address = '::') => bytes.write(to, Buffer.concat([u16Bytes(AF_INET6), ipToBytes(address)])),
  read: (all) => (all.length === 18 && all.readUInt16LE(0) === AF_INET6 ? bytesToIp(all.subarray(2)) : undefined),
  words: (address = '::') => ['inet6', address],
};

export const onlink = bit('RTNH_F_ONLINK', 4, 'onlink');

export const hopRows = {
  gateway: attribute('RTA_GATEWAY', 5, ip, { word: 'via' }),
  otherGateway: attribute('RTA_VIA', 18, rtvia, { word: 'via' }),
  encapType: attribute('RTA_ENCAP_TYPE', 21, u16, { word: false }),
  encap: attribute('RTA_ENCAP', 22, encapBytes, { word: false }),
};

const hopAttributes = table(hopRows);

export const hopHeader = struct('rtnexthop', {
  length: pad(2),
  flags: flat(bits(u8, { onlink })),
  weight: lessOne,
  device,
});

const hopRow = rows(hopHeader, hopAttributes);
export const hops: typeof hopRow = {
  ...hopRow,
  words: (all, names) =>
    all.flatMap((hop) => [
      ...['nexthop', ...encapWords(readEncap(hop)), ...hopAttributes.words(hop, names)],
      ...(hop.device === undefined ? [] : ['dev', names.device(hop.device)]),
      ...(hop.weight === undefined ? [] : ['weight', String(hop.weight)]),
      ...hopHeader.words(hop, names),
    ]),
};
