import { type Diagnosis, diagnosisData } from '../../diagnosis/diagnosis.ts';
import type { Way } from '../../diagnosis/way.ts';
import { sayCause } from '../../diagnosis/words/index.ts';
import type { Hop, Interface, Lab } from '../../lab/index.ts';
import { drawPath } from '../../trace/draw-path.ts';
import type { Recognize } from '../../trace/probe-path.ts';
import { decodeFrameFields, describeFrame } from '../../wire/describe-frame.ts';
import { topologyOf } from '../drawing/topology.ts';
import { type EndMeta, FAILURE_VERSION, type FailureMeta, type HopMeta, type PathMeta } from '../lab-meta.ts';
import { readDrawn } from '../lab-state.ts';
import { Numbered } from '../numbered.ts';
import type { HeardQuestion } from '../script/script-heard.ts';
import type { AskedQuestion } from '../script/script-question.ts';
import type { FailureWords } from './failure-text.ts';

/** The lines of a failure, in the one order that all matchers have; a line that has nothing to say is left out. */
export interface Message {
  /** The assertion as it was written: `expect(ns1).toReach(ns2)`. */
  title: string;
  lines: readonly (readonly [label: string, text: string | undefined])[];
  /** The ways that frames took. */
  ways?: readonly Way[];
  /** What to do about it. */
  hint?: string | undefined;
  /** Lines that stand below. */
  notes?: readonly string[];
}

/** What failed, as far as the evidence needs it. */
export interface FailedQuestion {
  message: Message;
  /** The network was not asked, or said nothing. */
  isInconclusive: boolean;
  /** Which captured frames belong to it. */
  recognize: Recognize;
  /** The ways that its frames took, where the taps saw any. */
  ways: readonly Way[];
  /** Why it had no answer, where it was to have one. */
  diagnosis?: Diagnosis | undefined;
  /** What `ping` and its like can ask again, at the end of the script. */
  asked?: AskedQuestion | HeardQuestion | undefined;
}

type FrameMeta = FailureMeta['frames'][number];

/** A message as plain data. */
export function failureWords({ title, lines, ways = [], hint, notes = [] }: Message): FailureWords {
  return {
    question: title,
    lines: lines.flatMap(([label, text]) => (text === undefined ? [] : [{ label, text }])),
    paths: ways.map(pathWords),
    ...(hint ? { hint } : {}),
    ...(notes.length > 0 ? { notes: [...notes] } : {}),
  };
}

function pathWords({ of, frame: packet, path, lost }: Way): Required<FailureWords['paths'][number]> {
  return { of, packet, drawing: drawPath(path, lost && { at: lost.hop, text: sayCause(lost.cause).text }) };
}

/**
 * A failed question as plain data: the ways of its frames, with the frame at each hop, and where and why one of them
 * ended. To be made while the network is as it was.
 */
export function failureMeta(
  lab: Lab,
  { message, isInconclusive, ways, diagnosis, asked }: FailedQuestion,
): FailureMeta {
  const frames = new Numbered<FrameMeta>();
  return {
    version: FAILURE_VERSION,
    inconclusive: isInconclusive,
    ...endsOf(asked),
    ...(diagnosis ? { diagnosis: diagnosisData(diagnosis) } : {}),
    ...failureWords(message),
    paths: ways.map((way) => pathMeta(way, message.ways?.includes(way) ?? false, frames)),
    frames: frames.all,
    network: topologyOf(readDrawn(lab)),
  };
}

function endsOf(asked: FailedQuestion['asked']): { from?: EndMeta; to?: EndMeta } {
  if (!asked) return {};
  if (!('question' in asked)) return { from: frameEnd(asked.from), to: frameEnd(asked.to) };
  const { from, source, to } = asked.question;
  return {
    from: { namespace: from.name, device: String(source.device), address: source.address },
    to: { ...(to.namespace ? { namespace: to.namespace.name } : {}), address: to.address },
  };
}

function frameEnd(device: Interface): EndMeta {
  return { namespace: device.namespace.name, device: String(device), address: device.mac };
}

function pathMeta(way: Way, isShown: boolean, frames: Numbered<FrameMeta>): PathMeta {
  const { of, frame: packet, path, lost } = way;
  const hops: HopMeta[] = [];
  const add = ({ frame, next }: Hop, from?: number) => {
    const number = hops.length;
    hops.push({
      at: String(frame.at),
      direction: frame.direction,
      ...(from === undefined ? {} : { from }),
      microseconds: Number(frame.nanoseconds - path.frame.nanoseconds) / 1000,
      frame: frames.numberOf(frame.bytes.toString('latin1'), () => ({
        line: describeFrame(frame.bytes),
        layers: decodeFrameFields(frame.bytes),
      })),
    });
    for (const hop of next) add(hop, number);
  };
  add(path);
  return { ...(isShown ? pathWords(way) : { of, packet }), hops, ...(lost ? { lost: lostMeta(lost) } : {}) };
}

function lostMeta({ hop, cause }: NonNullable<Way['lost']>): NonNullable<PathMeta['lost']> {
  const { text, hint } = sayCause(cause);
  return { at: String(hop.frame.at), code: cause.code, text, ...(hint ? { hint } : {}) };
}
