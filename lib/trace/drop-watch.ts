import { KernelError } from '../kernel/kernel-error.ts';
import { dropFunction, type PacketEvent, PacketTracer, threadNumber } from '../kernel/packet-events/packet-tracer.ts';
import type { Interface } from '../lab/index.ts';
import type { Explanation } from './explain.ts';
import { findDrops, findUnsentDrop, isDropAt, type Sighting } from './kernel-drop.ts';
import { type Hop, hopsTo } from './path.ts';
import type { ProbePath } from './probe-path.ts';

/**
 * Asks the kernel itself why it dropped a probe, while one more is sent. Where it may not be asked (without root), or its
 * answer is not surely about the probe, there is none.
 */
export class DropWatch {
  readonly #tracer: PacketTracer;
  readonly #thread = threadNumber();
  readonly #times: [from: bigint, to: bigint][] = [];
  #events: PacketEvent[] = [];

  private constructor(tracer: PacketTracer) {
    this.#tracer = tracer;
  }

  /** Undefined where the kernel may not be asked, or not now. */
  static start(): DropWatch | undefined {
    try {
      const tracer = PacketTracer.start();
      return tracer && new DropWatch(tracer);
    } catch (error) {
      // Out of descriptors, or of memory: what is said of a failure must not stand in for the failure.
      if (error instanceof KernelError) return undefined;
      throw error;
    }
  }

  /** For `reach`: when a probe was sent. */
  readonly onSend = (from: bigint, to: bigint): void => {
    this.#times.push([from, to]);
  };

  stop(): void {
    this.#events = this.#tracer.stop();
  }

  /**
   * What the kernel dropped where the probe, or its answer, was last seen; of a probe that no device was seen to send,
   * what its host dropped.
   */
  dropOf(trace: ProbePath | undefined, loss: Explanation | undefined): PacketEvent | undefined {
    const sends = { thread: this.#thread, times: this.#times };
    if (!trace) return findUnsentDrop(this.#events, sends);
    // Where a refusal came back, what was refused is what the target got.
    const lost = loss?.at ?? trace.arrival;
    const seen = lost && [...this.#wayThere(trace, loss), lost.frame];
    if (!seen) return undefined;
    const drops = findDrops(this.#events, sends, trace.path.frame.originalLength);
    return drops.findLast((drop) => isDropAt(drop, seen))?.event;
  }

  #wayThere(trace: ProbePath, loss: Explanation | undefined): Sighting[] {
    const before = (path: Hop, end: Hop | undefined) => hopsTo(path, (hop) => hop === end).map(({ frame }) => frame);
    if (loss?.of !== 'answer') return before(trace.path, loss?.at ?? trace.arrival).slice(0, -1);
    const back = trace.answer?.path;
    return [...before(trace.path, trace.arrival), ...(back ? before(back, loss.at).slice(0, -1) : [])];
  }
}

/**
 * A drop in a line.
 *
 * @example 'dropped in tcp_v4_rcv (SKB_DROP_REASON_NO_SOCKET) at b/eth0'
 */
export function describeDrop(event: PacketEvent, at: Interface | undefined): string | undefined {
  const place = dropFunction(event);
  const reason = event.reason ? ` (${event.reason})` : '';
  return place && `dropped in ${place}${reason}${at ? ` at ${at}` : ''}`;
}

/** Whether the kernel says that it was a packet filter (`nf_hook_slow`). */
export function isFilterDrop({ reason }: PacketEvent): boolean {
  return reason !== undefined && /NETFILTER_DROP/.test(reason);
}
