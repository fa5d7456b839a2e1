import { tapTime } from '../kernel/taps/tap-clock.ts';
import type { CapturedFrame, Lab, Trace, TraceProtocol } from '../lab/index.ts';
import { untilAddressesUsable } from '../lab/usable-addresses.ts';
import { drain } from '../probes/drain.ts';
import { decodeFrameFields } from '../wire/describe-frame.ts';
import { Capture } from './capture.ts';
import { buildPaths } from './path.ts';
import { quietIn } from './quiescence.ts';
import { TapPath, TapTrace } from './tap-trace.ts';

/** How long nothing must have been seen for all to have arrived, in milliseconds; the worst way under load took 12. */
const QUIET = 20;

/** How long that is waited for, at most. */
const SETTLE_DEADLINE = 1000;

/** What was sent so long before still belongs to paths that begin before the trace, in nanoseconds. */
const BEFORE = 100_000_000n;

/**
 * Follows every frame that is sent in a lab while a function runs, and until the lab is quiet again; {@link Lab.trace} is this.
 *
 * @param protocols which frames; none for all
 */
export async function traceLab(lab: Lab, fn: () => unknown, protocols: readonly TraceProtocol[]): Promise<Trace> {
  const capture = Capture.of(lab);
  await untilAddressesUsable(lab);
  const unfollow = capture.follow();
  const lossesBefore = lossesOf(capture);
  const since = tapTime();
  try {
    await fn();
    // A busy machine may need longer than QUIET for what waits in a queue.
    await drain(quietIn(lab, 'frames'));
    await capture.settle({ quiet: QUIET, within: SETTLE_DEADLINE });
    return makeTrace(capture, { since, lossesBefore, protocols });
  } finally {
    unfollow();
  }
}

function makeTrace(
  capture: Capture,
  { since, lossesBefore, protocols }: { since: bigint; lossesBefore: number; protocols: readonly TraceProtocol[] },
): Trace {
  const frames = capture
    .frames()
    .filter(({ nanoseconds }) => nanoseconds >= since - BEFORE)
    .filter(({ bytes }) => protocols.length === 0 || isOf(protocols, bytes));
  const paths = pathsOf(frames).filter(({ hop }) => hop.frame.nanoseconds >= since);
  return new TapTrace(
    paths,
    frames.filter(({ nanoseconds }) => nanoseconds >= since),
    lossesOf(capture) - lossesBefore,
  );
}

function isOf(protocols: readonly TraceProtocol[], bytes: Buffer): boolean {
  const layers = decodeFrameFields(bytes).map(({ layer }) => layer.toLowerCase());
  return protocols.some((protocol) => layers.includes(protocol));
}

function lossesOf(capture: Capture): number {
  const { kernel, forgotten } = capture.losses;
  return kernel + forgotten;
}

function pathsOf(frames: readonly CapturedFrame[]): TapPath[] {
  return [...Map.groupBy(frames, ({ identity }) => identity).values()]
    .flatMap(buildPaths)
    .sort((a, b) => Number(a.frame.nanoseconds - b.frame.nanoseconds))
    .map((hop) => new TapPath(hop));
}
