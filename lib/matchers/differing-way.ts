import { frameWay } from '../diagnosis/frame-way.ts';
import type { Way } from '../diagnosis/way.ts';
import type { Interface, Lab } from '../lab/index.ts';
import type { Observation } from '../probes/observe-pair.ts';
import type { PairDevices } from '../probes/pair-devices.ts';
import { FRAMES, type FrameKind } from '../probes/test-frame.ts';
import type { HeardQuestion } from '../report/script/script-heard.ts';
import { quietIn } from '../trace/quiescence.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { isPassive } from './evidence-place.ts';
import { holdIn } from './hold.ts';
import { hearTraced } from './traced-frame.ts';

/** An observation that differs from the model. */
export type Difference = Observation & { expected: number };

/** The way of a frame that differs, and how to know that frame in the capture. */
interface DifferingWay {
  ways: readonly Way[];
  recognize: (frame: Buffer) => 'probe' | undefined;
  asked?: HeardQuestion;
}

const NONE: DifferingWay = { ways: [], recognize: () => undefined };

/**
 * Sends the frame of one difference once more, alone, so that its path can be drawn. Prefers a frame that should have
 * arrived and did not. Echoes differ only together with their frames.
 */
export async function differingWay(
  devices: PairDevices,
  lab: Lab,
  differences: readonly Difference[],
): Promise<DifferingWay> {
  const frames = differences.filter(({ kind }) => FRAMES.some((each) => each === kind));
  const chosen = frames.find(({ copies, expected }) => copies < expected) ?? frames[0];
  if (!chosen) return NONE;
  const [from, to] = [devices[chosen.from], devices[chosen.to]];
  const kind = chosen.kind as FrameKind;
  return from && to && !isPassive() ? wayOf(from, to, kind, chosen, lab) : NONE;
}

async function wayOf(
  from: Interface,
  to: Interface,
  kind: FrameKind,
  wanted: Difference,
  lab: Lab,
): Promise<DifferingWay> {
  const patience = { milliseconds: await holdIn(lab), quiet: () => quietIn(lab, 'frames'), untilQuiet: true };
  const { frame, outcome, copies, packets } = await hearTraced({ from, to, frame: kind }, patience);
  // The repeated frame may behave as expected. Then there is no path to show.
  if (copies !== wanted.copies || (outcome !== 'lost' && outcome !== 'answered')) return NONE;
  const way = frameWay(from, frame, outcome === 'lost' ? to : undefined, { packets });
  const identity = frameIdentity(frame);
  const of = `${wanted.from} → ${wanted.to} ${kind}`;
  return {
    ways: way ? [{ ...way, of }] : [],
    asked: { frame: kind, from, to, joined: true },
    recognize: (bytes: Buffer) => (frameIdentity(bytes) === identity ? ('probe' as const) : undefined),
  };
}
