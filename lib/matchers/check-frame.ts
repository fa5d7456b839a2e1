import { checkInteger, checkMac, checkOneOf, checkOptions, show, wrongOption } from '../base/validate.ts';
import { type Interface, UsageError } from '../lab/index.ts';
import {
  addressNeeded,
  FRAMES,
  type FrameEnd,
  type FrameOption,
  familyOfFrame,
  frameEnd,
  isFrameKind,
} from '../probes/test-frame.ts';
import type { FrameDescription } from '../wire/build-frame.ts';
import { familyOf } from '../wire/ip-address.ts';
import { isMac } from '../wire/mac-address.ts';

/** Destination, source and EtherType. */
const HEADER = 14;
const LONGEST = 65_535;

/** Checks the frame that a spec would send. @throws UsageError */
export function checkFrame(call: string, frame: unknown): asserts frame is FrameOption {
  if (frame instanceof Uint8Array) {
    if (frame.length >= HEADER && frame.length <= LONGEST) return;
    throw new UsageError(
      `${call}: frame must have ${HEADER} to ${LONGEST} bytes, beginning with the Ethernet header: received ${frame.length}`,
    );
  }
  if (typeof frame === 'object' && frame !== null) checkDescription(call, frame);
  else if (!FRAMES.some((kind) => kind === frame)) {
    throw new UsageError(
      `${call}: frame must be one of ${FRAMES.join(', ')}, bytes, or a description such as { etherType: 0x88b5 }: ` +
        `received ${show(frame)}`,
    );
  }
}

/** Checks that the ends have the addresses that a frame takes from them. @throws UsageError */
export function checkFrameAddresses(
  call: string,
  { from, to, frame, isStack }: { from: Interface; to: Interface; frame: FrameOption; isStack: boolean },
): void {
  const needed = neededOf(frameEnd(from), frameEnd(to), frame);
  for (const { end, family, field } of isStack
    ? needed
    : needed.filter(({ end }) => end.device === from || !isForAll(frame))) {
    if (end[family] !== undefined) continue;
    const version = family === 'ip4' ? 'IPv4' : 'IPv6';
    throw new UsageError(
      isFrameKind(frame)
        ? `${call}: a frame of kind ${frame} needs an ${version} address at both ends: ${end.device} has none`
        : `${call}: frame.ip.${field} must be given: ${end.device} has no ${version} address to use`,
    );
  }
}

/** Whether a frame of this kind is for all: it has no address of the receiver's in it. */
function isForAll(frame: FrameOption): boolean {
  return frame === 'broadcast' || frame === 'multicast';
}

/** An address that a frame takes from one of its ends, unless the spec gives it in a field of `ip`. */
interface Needed {
  end: FrameEnd;
  family: 'ip4' | 'ip6';
  field: 'source' | 'destination';
}

function neededOf(from: FrameEnd, to: FrameEnd, frame: FrameOption): Needed[] {
  const ends = [
    { end: from, field: 'source' },
    { end: to, field: 'destination' },
  ] as const;
  if (isFrameKind(frame)) return ends.map((each) => ({ ...each, family: addressNeeded(frame) }));
  if (frame instanceof Uint8Array || (!frame.ip && !frame.udp)) return [];
  const family = familyOfFrame(frame, from, to);
  return ends.filter(({ field }) => frame.ip?.[field] === undefined).map((each) => ({ ...each, family }));
}

function checkDescription(call: string, frame: object): void {
  checkOptions(`${call}: frame`, frame, ['source', 'destination', 'vlan', 'etherType', 'ip', 'udp', 'payload']);
  const { source, destination, vlan, etherType, ip, udp, payload }: FrameDescription = frame;
  if (source !== undefined) checkMac(call, 'frame.source', source);
  if (destination !== undefined && !isMac(destination))
    throw wrongOption(call, 'frame.destination', 'a MAC address such as 02:00:00:00:00:01', destination);
  for (const tag of [vlan ?? []].flat()) checkTag(call, tag);
  checkInteger(call, 'frame.etherType', etherType, 1536, 65_535);
  if (ip !== undefined) checkIpHeader(call, ip);
  if (udp !== undefined) {
    checkOptions(`${call}: frame.udp`, udp, ['sourcePort', 'destinationPort']);
    checkInteger(call, 'frame.udp.sourcePort', udp.sourcePort, 0, 65_535);
    checkInteger(call, 'frame.udp.destinationPort', udp.destinationPort, 0, 65_535);
  }
  if (payload !== undefined && typeof payload !== 'string' && !(payload instanceof Uint8Array))
    throw wrongOption(call, 'frame.payload', 'a string or bytes', payload);
}

function checkTag(call: string, tag: unknown): void {
  if (typeof tag !== 'object' || tag === null) {
    if (tag === undefined) return;
    checkInteger(call, 'frame.vlan', tag, 0, 4095);
    return;
  }
  checkOptions(`${call}: frame.vlan`, tag, ['id', 'priority', 'protocol']);
  const { id, priority, protocol = '802.1Q' } = tag as Record<string, unknown>;
  if (id === undefined) throw new UsageError(`${call}: frame.vlan.id must be given: 0 to 4095`);
  checkInteger(call, 'frame.vlan.id', id, 0, 4095);
  checkInteger(call, 'frame.vlan.priority', priority, 0, 7);
  checkOneOf(call, 'frame.vlan.protocol', protocol, ['802.1Q', '802.1ad']);
}

function checkIpHeader(call: string, ip: NonNullable<FrameDescription['ip']>): void {
  checkOptions(`${call}: frame.ip`, ip, ['source', 'destination', 'ttl', 'protocol']);
  const families = (['source', 'destination'] as const).flatMap((option) => {
    const address = ip[option];
    if (address === undefined) return [];
    const family = typeof address === 'string' ? familyOf(address) : undefined;
    if (family) return [family];
    throw new UsageError(`${call}: frame.ip.${option} must be an IP address: received ${show(address)}`);
  });
  if (new Set(families).size > 1) {
    throw new UsageError(
      `${call}: frame.ip.source and frame.ip.destination must be of one family: received ${ip.source} and ${ip.destination}`,
    );
  }
  checkInteger(call, 'frame.ip.ttl', ip.ttl, 0, 255);
  checkInteger(call, 'frame.ip.protocol', ip.protocol, 0, 255);
}
