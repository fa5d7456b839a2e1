import { show, wrongOption } from '../base/validate.ts';
import { Namespace, UsageError } from '../lab/index.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { isAsymmetric } from '../state/entries/fields.ts';
import type { Assertion } from './assertion.ts';
import { checkPlace, checkTimes, evidenceOf, judgeIn, type StateOptions } from './have-state.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, milliseconds, nameOf, plural } from './message.ts';
import { pollState } from './poll-state.ts';

/** No event tells of a sysctl. In milliseconds. */
const LOOK_AGAIN = 10;

export async function toHaveSysctl(
  this: Assertion,
  received: unknown,
  name: string,
  value: unknown,
  options: StateOptions = {},
): Promise<Answer> {
  const { call, isNot, progress } = this;
  const judge = judgeIn(this);
  const { namespace } = checkPlace(call, received);
  if (!(received instanceof Namespace))
    throw new UsageError(`${call}: expect() takes a namespace: received ${received}`);
  const times = checkTimes(call, 'toHaveSysctl', options, isNot);
  const wanted = checkValue(call, value);
  progress.goal = `${show(name)} to be ${isNot ? 'otherwise' : nameOf(value)} in ${namespace}`;
  const last = await pollState({
    // The kernel puts tabs between several values, and a person spaces.
    look: () => namespace.sysctl.get(name).replaceAll(/\s+/g, ' '),
    isSo: (value) => judge.matches(value, wanted) !== isNot,
    isHopeless: () => !isNot && shouldStopWaiting(namespace.lab, progress),
    ...{ times, isNot, every: LOOK_AGAIN },
  });
  if (last.holds) return { pass: !isNot };
  const { within, hold } = times;
  const expected = isNot
    ? `${within > 0 ? `within ${within} ms ` : ''}another value, for ${hold} ms`
    : `${nameOf(wanted)} within ${within} ms`;
  const message = {
    title: call,
    lines: [
      ['In', namespace.name],
      ['Expected', expected],
      ['Received', `${show(last.seen)} (${plural(last.looks, 'look')} in ${milliseconds(last.took)})`],
    ],
  } satisfies Message;
  return { pass: isNot, message, evidence: evidenceOf(namespace.lab) };
}

/** @throws UsageError for what no sysctl can be */
function checkValue(call: string, value: unknown): unknown {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (isAsymmetric(value)) return value;
  if (typeof value === 'string' && value.trim() !== '') return value.trim().replaceAll(/\s+/g, ' ');
  throw wrongOption(call, 'value', 'a number, or a text that is not empty', value);
}
