import { tapTime } from '../kernel/tap-clock.ts';
import { checkOneOf, checkOptions, show, UsageError } from '../kernel/validate.ts';
import { checkLabOpen } from '../lab/check-lab-open.ts';
import { Lab } from '../lab/index.ts';
import { decodeFrameFields } from '../wire/describe-frame.ts';
import { Capture, type CapturedFrame } from './capture.ts';
import { buildPaths } from './path.ts';
import { quietIn } from './quiescence.ts';
import { Trace, TracedPath } from './trace.ts';

/** By the layers that a frame is made of; `icmpv6` is neighbour discovery, too, but not `mld`. */
const PROTOCOLS = ['arp', 'icmp', 'icmpv6', 'igmp', 'mld', 'tcp', 'udp'] as const;
export type TraceProtocol = (typeof PROTOCOLS)[number];

/** Which frames a trace is of. */
export interface TraceOptions {
  /** One or several; VLAN tags are looked through. @default all */
  protocol?: TraceProtocol | readonly TraceProtocol[];
}

declare module '../lab/lab.ts' {
  interface Lab {
    /**
     * Follows every frame that is sent in the lab while a function runs, and until the lab is quiet again.
     *
     * @param fn what makes the traffic; its promise is awaited
     * @throws UsageError in a lab without taps; whatever `fn` throws
     * @example
     * const trace = await lab.trace(() => a.exec('ping', ['-c1', '10.0.0.2']), { protocol: ['arp', 'icmp'] });
     * console.log(String(trace));
     */
    trace(fn: () => unknown, options?: TraceOptions): Promise<Trace>;
  }
}

// A trace is of a higher layer than the lab that it is of: whoever wants it loads this file, as the entries do.
Lab.prototype.trace = function trace(fn, options = {}) {
  return traceLab(this, fn, options);
};

/** How long nothing must have been seen for all to have arrived, in milliseconds; the worst way under load took 12. */
const QUIET = 20;

/** How long that is waited for, at most. */
const SETTLE_DEADLINE = 1000;

/** What was sent so long before still belongs to paths that begin before the trace, in nanoseconds. */
const BEFORE = 100_000_000n;

async function traceLab(lab: Lab, fn: () => unknown, options: TraceOptions): Promise<Trace> {
  const protocols = checkTrace(lab, fn, options);
  const capture = Capture.of(lab);
  await lab.settled();
  const unfollow = capture.follow();
  const lossesBefore = lossesOf(capture);
  const since = tapTime();
  try {
    await fn();
    // A busy machine may need longer than QUIET for what waits in a queue.
    await quietIn(lab, 'frames').drained();
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
  return new Trace(
    paths,
    frames.filter(({ nanoseconds }) => nanoseconds >= since),
    lossesOf(capture) - lossesBefore,
  );
}

function checkTrace(lab: Lab, fn: unknown, options: TraceOptions): readonly TraceProtocol[] {
  checkLabOpen('lab.trace', lab);
  if (typeof fn !== 'function') throw new UsageError(`lab.trace: fn must be a function: received ${show(fn)}`);
  checkOptions('lab.trace', options, ['protocol']);
  const protocols = [options.protocol ?? []].flat();
  for (const protocol of protocols) checkOneOf('lab.trace', 'protocol', protocol, PROTOCOLS);
  if (!lab.taps) throw new UsageError('lab.trace: without taps there is nothing to see: createLab({ taps: true })');
  return protocols;
}

function isOf(protocols: readonly TraceProtocol[], bytes: Buffer): boolean {
  const layers = decodeFrameFields(bytes).map(({ layer }) => layer.toLowerCase());
  return protocols.some((protocol) => layers.includes(protocol));
}

function lossesOf(capture: Capture): number {
  const { kernel, forgotten } = capture.losses;
  return kernel + forgotten;
}

function pathsOf(frames: readonly CapturedFrame[]): TracedPath[] {
  return [...Map.groupBy(frames, ({ identity }) => identity).values()]
    .flatMap(buildPaths)
    .sort((a, b) => Number(a.frame.nanoseconds - b.frame.nanoseconds))
    .map((hop) => new TracedPath(hop));
}
