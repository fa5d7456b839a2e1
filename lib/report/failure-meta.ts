import type { Lab } from '../lab/index.ts';
import type { Explanation } from '../trace/explain.ts';
import type { Hop } from '../trace/path.ts';
import { decodeFrameFields, describeFrame } from '../wire/describe-frame.ts';
import type { FailedQuestion } from './evidence.ts';
import type { FailureMeta, HopMeta, WayMeta } from './lab-meta.ts';
import { takeNetwork } from './take-network.ts';

/**
 * A failed question as plain data: the ways of its last probe and of the answer, with the frame at each hop, and where
 * and why one of them ended. To be made while the network is as it was.
 */
export function failureMeta(lab: Lab, { title, report, trace, loss }: FailedQuestion): FailureMeta {
  const answered = report.outcome === 'answered';
  const frames = new FrameList();
  const ways: WayMeta[] = [];
  if (trace) {
    const which = answered ? 'answered' : 'last';
    ways.push(wayMeta(`The ${which} probe: ${describeFrame(trace.frame)}`, trace.path, frames, lostOn('probe', loss)));
  }
  if (trace?.answer) {
    const back = trace.answer.path;
    ways.push(wayMeta(`Its answer: ${describeFrame(back.frame.bytes)}`, back, frames, lostOn('answer', loss)));
  }
  return { title, network: takeNetwork(lab), ways, frames: frames.all };
}

function lostOn(of: Explanation['of'], loss: Explanation | undefined): WayMeta['lost'] {
  if (loss?.of !== of) return undefined;
  return { at: String(loss.at.frame.at), text: loss.text, ...(loss.hint ? { hint: loss.hint } : {}) };
}

function wayMeta(title: string, path: Hop, frames: FrameList, lost: WayMeta['lost']): WayMeta {
  const hops: HopMeta[] = [];
  const add = ({ frame, next }: Hop, from?: number) => {
    const number = hops.length;
    hops.push({
      at: String(frame.at),
      direction: frame.direction,
      ...(from === undefined ? {} : { from }),
      microseconds: Number(frame.nanoseconds - path.frame.nanoseconds) / 1000,
      frame: frames.numberOf(frame.bytes),
    });
    for (const hop of next) add(hop, number);
  };
  add(path);
  return { title, hops, ...(lost ? { lost } : {}) };
}

class FrameList {
  readonly all: FailureMeta['frames'] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(bytes: Buffer): number {
    const key = bytes.toString('latin1');
    const number = this.#numbers.get(key) ?? this.all.length;
    if (number === this.all.length) {
      this.#numbers.set(key, number);
      this.all.push({ line: describeFrame(bytes), layers: decodeFrameFields(bytes) });
    }
    return number;
  }
}
