import { checkOneOf, checkOptions, UsageError, wrongOption } from '../base/validate.ts';
import { checkLabOpen } from './check-lab-open.ts';
import type { Interface } from './interface.ts';
import type { Lab } from './lab.ts';

/** By the layers of a frame; `icmpv6` includes neighbour discovery, but not `mld`. */
const PROTOCOLS = ['arp', 'icmp', 'icmpv6', 'igmp', 'mld', 'tcp', 'udp'] as const;
export type TraceProtocol = (typeof PROTOCOLS)[number];

/** Which frames a trace has. */
export interface TraceOptions {
  /** One or several, also inside VLAN tags. @default all */
  protocol?: TraceProtocol | readonly TraceProtocol[];
}

/** The frames of a lab during a function; {@link Lab.trace} makes one. */
export interface Trace {
  /** The path of each frame, in the order in which they were sent. A frame that was sent twice has two paths. */
  readonly paths: readonly TracedPath[];
  /** Every sighting of them, in the order of time. */
  readonly frames: readonly CapturedFrame[];
  /** How many sightings the taps had no room for: paths may then end early, or lack a branch. */
  readonly losses: number;
  /**
   * All paths, drawn one below the other. For snapshots, identifiers of echo requests and ports that the kernel chose are numbered in the
   * order in which they come: `id #1`. {@link TracedPath.description} has them as they were.
   */
  toString(): string;
}

/** The path of one frame. */
export interface TracedPath {
  /** The first sighting, and where the frame went from there: a flood fans out. */
  readonly hop: Hop;
  /** The frame as its first device was given it. */
  readonly frame: Buffer;
  /** The frame in one line, in tcpdump's manner: `ARP who-has 10.0.0.2 tell 10.0.0.1`. */
  readonly description: string;
  /** Every device that it passed, each once, in order. */
  readonly devices: Interface[];
  /** The devices that got it more than once, and how many copies each got, without those of a loop. */
  readonly duplicates: { at: Interface; copies: number }[];
  /** The devices that it passed again on its path: a loop. */
  readonly loops: Interface[];
  /** Its description, and below it the path, as in a failure's message. */
  toString(): string;
}

/** A frame at a device, and where it went from there: a flood fans out. */
export interface Hop {
  frame: CapturedFrame;
  next: Hop[];
  /** The frame passed here before on the same path: a loop, which is not followed again. */
  again?: true;
}

/** A frame at a device of the lab. */
export interface CapturedFrame {
  at: Interface;
  /** `out`: the device sends it. `in`: the device received it. */
  direction: 'in' | 'out';
  /** How it was addressed when it came in (`PACKET_HOST` …). */
  packetType: number;
  nanoseconds: bigint;
  bytes: Buffer;
  originalLength: number;
  /** The same at every hop of one frame, and different for any other; computed at the first read. */
  readonly identity: string;
}

/** Checks a call of {@link Lab.trace}. @returns the protocols; none for all */
export function checkTrace(lab: Lab, fn: unknown, options: TraceOptions): readonly TraceProtocol[] {
  checkLabOpen('lab.trace', lab);
  if (typeof fn !== 'function') throw wrongOption('lab.trace', 'fn', 'a function such as () => a.exec(…)', fn);
  checkOptions('lab.trace', options, ['protocol']);
  const protocols = [options.protocol ?? []].flat();
  for (const protocol of protocols) checkOneOf('lab.trace', 'protocol', protocol, PROTOCOLS);
  if (!lab.taps) throw new UsageError('lab.trace: without taps there is nothing to see: createLab({ taps: true })');
  return protocols;
}
