import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Way } from '../diagnosis/way.ts';
import { sayCause } from '../diagnosis/words/index.ts';
import type { Interface } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import type { HearResult } from '../probes/hear.ts';
import { type FrameOption, isFrameKind } from '../probes/test-frame.ts';
import type { Message } from '../report/failure-meta.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import { describeDropped, dropWords, type WantedDrop } from './dropped-by.ts';
import { describeDevice, plural } from './message.ts';
import { mendOf, mendOfWays, whyOf } from './why.ts';

/** What was expected, and everything that is known of what came. */
export interface FrameCase {
  from: Interface;
  to: Interface;
  frame: FrameOption;
  copies: number | undefined;
  within: number;
  isNot: boolean;
  drop: WantedDrop | undefined;
  result: HearResult;
  /** Undefined if a copy came. */
  diagnosis: Diagnosis | undefined;
  /** Why the receiver would hear nothing, whatever the network does. */
  receiver: Cause | undefined;
  ignored: boolean;
  /** The tags of a copy that came to the device, and has others than were wanted. */
  tags: string | undefined;
  /** Other hosts' devices that got a copy, where none was to. */
  others: readonly Interface[];
  /** Whether nothing was learnt. */
  isInconclusive: boolean;
  ways: readonly Way[];
}

/** The message of a failed `toHear` or `toSee`. */
export function describeFrames(title: string, asked: FrameCase): Message {
  const { from, to, frame, copies, within, isNot, drop, result, diagnosis, receiver, ignored, tags, others } = asked;
  const { isInconclusive, ways } = asked;
  const wanted = isNot
    ? 'no copy'
    : copies === undefined
      ? 'a copy'
      : copies === 0
        ? 'no copy'
        : `exactly ${plural(copies, 'copy')}`;
  const stack = ignored ? `it came to ${to}, whose own stack did not take it` : undefined;
  const unknown =
    (receiver && sayCause(receiver).text) ?? stack ?? (result.reason && `nothing was sent: ${result.reason}`);
  const elsewhere = others.length > 0 ? `; ${others.join(', ')} got one, too` : '';
  const came = tags === undefined ? '' : `; one came with ${tags}`;
  const received = `${result.copies === 0 ? 'none' : plural(result.copies, 'copy')}${came}${elsewhere}`;
  return {
    title,
    lines: [
      ['From', `${from.namespace} ${from.mac} (${describeDevice(from)})`],
      ['To', `${to.namespace} ${to.mac} (${describeDevice(to)})`],
      ['Frame', isFrameKind(frame) ? frame : describeFrame(result.frame)],
      ['Expected', `${wanted} within ${within} ms${drop ? `, dropped by ${dropWords(drop)}` : ''}`],
      ['Received', unknown === undefined ? received : `${isInconclusive ? 'inconclusive: ' : ''}${unknown}`],
      ['Dropped by', drop && diagnosis && describeDropped(diagnosis)],
      ['Why', diagnosis?.outcome === 'unsent' ? whyOf(diagnosis) : undefined],
    ],
    ways,
    hint: diagnosis && !diagnosis.hop ? mendOf(diagnosis) : mendOfWays(ways),
  };
}
