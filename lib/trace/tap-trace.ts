import { inspect } from 'node:util';
import { harmless, visible } from '../base/visible-text.ts';
import type { CapturedFrame, Hop, Interface, Trace, TracedPath } from '../lab/index.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import { NumberedLines } from '../wire/numbered-lines.ts';
import { drawPath } from './draw-path.ts';
import { copiesOf, devicesOf, hopsOf } from './path.ts';

/** The way of one frame, as the taps saw it. */
export class TapPath implements TracedPath {
  readonly hop: Hop;

  constructor(hop: Hop) {
    this.hop = hop;
  }

  get frame(): Buffer {
    return this.hop.frame.bytes;
  }

  get description(): string {
    return describeFrame(this.frame);
  }

  get devices(): Interface[] {
    return devicesOf(this.hop);
  }

  get duplicates(): { at: Interface; copies: number }[] {
    return [...copiesOf(this.hop)].map(([at, hops]) => ({ at, copies: hops.length }));
  }

  get loops(): Interface[] {
    return [...new Set(hopsOf(this.hop).flatMap(({ again, frame }) => (again ? [frame.at] : [])))];
  }

  toString(description = this.description): string {
    const way = drawPath(this.hop).replaceAll(/^/gm, '  ');
    return harmless(`${description}\n${way}`);
  }

  /** Its description, for `console.log` and for vitest's messages: `toHaveLength` shows what the list has. */
  [inspect.custom](): string {
    return visible(this.description);
  }
}

/** What the taps saw of a lab for a time. */
export class TapTrace implements Trace {
  readonly paths: readonly TapPath[];
  readonly frames: readonly CapturedFrame[];
  readonly losses: number;

  constructor(paths: readonly TapPath[], frames: readonly CapturedFrame[], losses: number) {
    this.paths = paths;
    this.frames = frames;
    this.losses = losses;
  }

  toString(): string {
    const lines = new NumberedLines();
    const lost = `${this.losses} sightings are missing: the taps had no room for them`;
    return [
      ...(this.paths.length > 0 ? this.paths.map((path) => path.toString(lines.describe(path.frame))) : ['no frames']),
      ...(this.losses > 0 ? [lost] : []),
    ].join('\n');
  }
}
