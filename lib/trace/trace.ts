import { harmless } from '../kernel/visible-text.ts';
import type { Interface } from '../lab/index.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import type { CapturedFrame } from './capture.ts';
import { drawPath } from './draw-path.ts';
import { copiesOf, devicesOf, type Hop, hopsOf } from './path.ts';

/** The way that one frame took. */
export class TracedPath {
  /** The first sighting, and where the frame went from there: a flood fans out. */
  readonly hop: Hop;

  constructor(hop: Hop) {
    this.hop = hop;
  }

  /** The frame as its first device was given it. */
  get frame(): Buffer {
    return this.hop.frame.bytes;
  }

  /** The frame in one line, in tcpdump's manner: `ARP who-has 10.0.0.2 tell 10.0.0.1`. */
  get description(): string {
    return describeFrame(this.frame);
  }

  /** Every device that it came by, each once, the first one first. */
  get devices(): Interface[] {
    return devicesOf(this.hop);
  }

  /** The devices that were handed it more than once, and how many copies each got. What a loop adds is not counted. */
  get duplicates(): { at: Interface; copies: number }[] {
    return [...copiesOf(this.hop)].map(([at, hops]) => ({ at, copies: hops.length }));
  }

  /** The devices that it came by again on its own way: it goes round. */
  get loops(): Interface[] {
    return [...new Set(hopsOf(this.hop).flatMap(({ again, frame }) => (again ? [frame.at] : [])))];
  }

  /** Its description, and its way drawn below as in a failure's message. */
  toString(): string {
    const way = drawPath(this.hop).replaceAll(/^/gm, '  ');
    return harmless(`${this.description}\n${way}`);
  }
}

/** What was under way in a lab for a time. */
export class Trace {
  /** The way of each frame, in the order in which they were sent. Bytes that were sent twice have two. */
  readonly paths: readonly TracedPath[];
  /** Every sighting of them, in the order of time. */
  readonly frames: readonly CapturedFrame[];
  /** How many sightings the taps had no room for: paths may end early, or lack a branch. */
  readonly losses: number;

  constructor(paths: readonly TracedPath[], frames: readonly CapturedFrame[], losses: number) {
    this.paths = paths;
    this.frames = frames;
    this.losses = losses;
  }

  /** All paths, drawn one below the other. */
  toString(): string {
    const lost = `${this.losses} sightings are missing: the taps had no room for them`;
    return [
      ...(this.paths.length > 0 ? this.paths.map(String) : ['no frames']),
      ...(this.losses > 0 ? [lost] : []),
    ].join('\n');
  }
}
