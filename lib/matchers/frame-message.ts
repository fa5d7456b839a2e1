import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Way } from '../diagnosis/way.ts';
import { sayCause } from '../diagnosis/words/index.ts';
import { isFrameKind } from '../probes/test-frame.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import { describeDropped, dropWords } from './dropped-by.ts';
import type { HeardCopies, WantedCopies } from './listen-for-copies.ts';
import { describeDevice, plural } from './message.ts';
import { mendOf, mendOfWays, whyOf } from './why.ts';

/** What was expected, and everything that is known of what came. */
interface FrameCase extends WantedCopies, HeardCopies {
  /** Undefined if a copy came. */
  diagnosis: Diagnosis | undefined;
  /** Whether nothing was learnt. */
  isInconclusive: boolean;
  ways: readonly Way[];
}

/** The message of a failed `toHear` or `toSee`. */
export function describeFrames(asked: FrameCase): Message {
  const { from, to, frame } = asked.question;
  const { title, options, within, isNot, drop, result, diagnosis, receiver, ignored, tags, others } = asked;
  const { isInconclusive, ways } = asked;
  const { copies } = options;
  const exactly = copies === undefined ? 'a copy' : `exactly ${plural(copies, 'copy')}`;
  const wanted = isNot || copies === 0 ? 'no copy' : exactly;
  const stack = ignored ? `it came to ${to}, whose own stack did not take it` : undefined;
  const unsent = result.outcome === 'unsent' ? 'nothing was sent: ' : '';
  const unknown = (receiver && sayCause(receiver).text) ?? stack ?? (result.reason && `${unsent}${result.reason}`);
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
