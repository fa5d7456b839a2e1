import { randomBytes } from 'node:crypto';
import type { Interface } from '../lab/index.ts';
import { isRoutable } from '../netlink/address.ts';
import { ARP_LENGTH, arpRequestFrame } from '../wire/arp.ts';
import { buildFrame, type FrameDescription } from '../wire/build-frame.ts';
import { decodeEthernet } from '../wire/ethernet.ts';
import { NONCE_LENGTH, neighbourSolicitationFrame } from '../wire/neighbour-discovery.ts';

/** The single frames that a delivery is measured with. */
export const FRAMES = ['unicast', 'broadcast', 'multicast', 'arp', 'nd'] as const;
export type FrameKind = (typeof FRAMES)[number];

/** A frame that a spec may send: one of hairpin's own kinds, one that it describes, or its bytes. */
export type FrameOption = FrameKind | FrameDescription | Uint8Array;

export function isFrameKind(frame: FrameOption): frame is FrameKind {
  return typeof frame === 'string';
}

/** The group of the multicast frame: mDNS's, link-local, so no router and no snooping has a say (RFC 4541 section 2.1.2). */
export const MULTICAST_GROUP = '224.0.0.251';

/** One end of a delivery. The addresses may be missing where the kind of frame has no use for them. */
export interface FrameEnd {
  device: Interface;
  mac: string;
  ip4: string | undefined;
  ip6: string | undefined;
}

/** A frame that can be told from any other. */
export interface TestFrame {
  bytes: Buffer;
  signature: string;
}

export function frameEnd(device: Interface): FrameEnd {
  const addresses = device.address.list().filter(isRoutable);
  const first = (family: 4 | 6) => addresses.find((own) => own.family === family)?.address;
  return { device, mac: device.mac, ip4: first(4), ip6: first(6) };
}

/** Which address the kind needs at both ends, beyond the MAC. */
export function addressNeeded(kind: FrameKind): 'ip4' | 'ip6' {
  return kind === 'nd' ? 'ip6' : 'ip4';
}

/** The family of a described frame's addresses: that of an address that it names, else one that both ends have. */
export function familyOfFrame({ ip }: FrameDescription, from: FrameEnd, to: FrameEnd): 'ip4' | 'ip6' {
  const named = ip?.destination ?? ip?.source;
  if (named !== undefined) return named.includes(':') ? 'ip6' : 'ip4';
  const both = (['ip4', 'ip6'] as const).find((family) => from[family] !== undefined && to[family] !== undefined);
  return both ?? 'ip4';
}

/**
 * Builds a frame. Both ends have the addresses that it needs.
 *
 * @param port where the receiver listens for UDP
 */
export function testFrame(frame: FrameOption, from: FrameEnd, to: FrameEnd, port: number): TestFrame {
  const mark = randomBytes(NONCE_LENGTH);
  return { bytes: encode(frame, from, to, port, mark), signature: mark.toString('hex') };
}

function encode(frame: FrameOption, from: FrameEnd, to: FrameEnd, port: number, mark: Buffer): Buffer {
  if (isFrameKind(frame)) return encodeKind(frame, from, to, port, mark);
  if (frame instanceof Uint8Array) return Buffer.from(frame);
  const family = familyOfFrame(frame, from, to);
  const ends = { source: from.mac, destination: to.mac, sourceIp: from[family], destinationIp: to[family] };
  return buildFrame(frame, { ...ends, payload: mark });
}

function encodeKind(kind: FrameKind, from: FrameEnd, to: FrameEnd, port: number, mark: Buffer): Buffer {
  const source = from.mac;
  const [ip4, target4] = [from.ip4 ?? '0.0.0.0', to.ip4 ?? '0.0.0.0'];
  const datagram = (destination: string) =>
    buildFrame(
      { ip: { destination }, udp: { sourcePort: port, destinationPort: port } },
      { source, destination: to.mac, sourceIp: ip4, destinationIp: destination, payload: mark },
    );
  switch (kind) {
    case 'arp':
      // ARP has no room for a signature, but its frame's padding has.
      return arpRequestFrame({ senderMac: source, senderIp: ip4, targetIp: target4 }, mark);
    case 'nd': {
      const [sourceIp, targetIp] = [from.ip6 ?? '::', to.ip6 ?? '::'];
      return neighbourSolicitationFrame({ sourceIp, sourceMac: source, targetIp, nonce: mark });
    }
    case 'unicast':
      return datagram(target4);
    case 'broadcast':
      return datagram('255.255.255.255');
    case 'multicast':
      return datagram(MULTICAST_GROUP);
  }
}

/** The signature in a UDP payload or an ND nonce; undefined for one of another length. */
export function signature(bytes: Buffer): string | undefined {
  return bytes.length === NONCE_LENGTH ? bytes.toString('hex') : undefined;
}

/** The signature in the padding of an ARP frame. */
export function arpSignature(bytes: Buffer): string | undefined {
  const frame = decodeEthernet(bytes);
  return frame && signature(frame.payload.subarray(ARP_LENGTH, ARP_LENGTH + NONCE_LENGTH));
}
