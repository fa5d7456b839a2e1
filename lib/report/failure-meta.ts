import { diagnosisData } from '../diagnosis/diagnosis.ts';
import type { Way } from '../diagnosis/way.ts';
import { sayCause } from '../diagnosis/words/index.ts';
import type { Hop, Lab } from '../lab/index.ts';
import { decodeFrameFields, describeFrame } from '../wire/describe-frame.ts';
import type { FailedQuestion } from './evidence.ts';
import type { FailureMeta, HopMeta, WayMeta } from './lab-meta.ts';
import { readDrawn } from './lab-state.ts';
import { topologyOf } from './topology.ts';

/**
 * A failed question as plain data: the ways of its frames, with the frame at each hop, and where and why one of them
 * ended. To be made while the network is as it was.
 */
export function failureMeta(lab: Lab, { title, ways, diagnosis }: FailedQuestion): FailureMeta {
  const frames = new FrameList();
  const described = ways.map((way) => wayMeta(way, frames));
  return {
    title,
    network: topologyOf(readDrawn(lab)),
    ...(diagnosis ? { diagnosis: diagnosisData(diagnosis) } : {}),
    ways: described,
    frames: frames.all,
  };
}

function wayMeta({ of, frame: words, path, lost }: Way, frames: FrameList): WayMeta {
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
  const title = `${of.charAt(0).toUpperCase()}${of.slice(1)}: ${words}`;
  return { title, hops, ...(lost ? { lost: lostMeta(lost) } : {}) };
}

function lostMeta({ hop, cause }: NonNullable<Way['lost']>): NonNullable<WayMeta['lost']> {
  const { text, hint } = sayCause(cause);
  return { at: String(hop.frame.at), code: cause.code, text, ...(hint ? { hint } : {}) };
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
