import type { HopMeta, PathMeta } from '../../lab-meta.ts';

/** A step of a packet's path: a device that it passed, or at which it was lost. */
export interface Step {
  path: PathMeta;
  at: string;
  /** The device that it came from. */
  before: string | undefined;
  /** The number of the frame that was seen there. */
  frame: number;
  text: string;
  lost?: PathMeta['lost'];
}

export function stepsOf(path: PathMeta): Step[] {
  const { hops, lost } = path;
  const steps: Step[] = hops.map((hop) => {
    const before = hop.from === undefined ? undefined : hops[hop.from];
    return { path, at: hop.at, before: before?.at, frame: hop.frame, text: words(hop) };
  });
  const hop = hops.findLast(({ at }) => at === lost?.at);
  return lost
    ? [...steps, { path, at: lost.at, before: undefined, frame: hop?.frame ?? 0, text: 'lost', lost }]
    : steps;
}

/** What a reader wants to know first: where the packet was lost, or how far it came. */
export function decisiveStep(steps: readonly Step[]): number {
  const lost = steps.findIndex((step) => step.lost);
  return lost < 0 ? steps.length - 1 : lost;
}

function words({ direction, from, microseconds }: HopMeta): string {
  if (from === undefined) return 'sends it';
  return `${direction === 'in' ? 'receives it' : 'sends it on'} after ${timeOf(microseconds)}`;
}

function timeOf(microseconds: number): string {
  if (microseconds < 0.5) return 'less than 1 µs';
  return microseconds < 1000 ? `${microseconds.toFixed(0)} µs` : `${(microseconds / 1000).toFixed(1)} ms`;
}
