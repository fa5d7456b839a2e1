import { checkInteger, checkMilliseconds, checkOptions, showReceived } from '../base/validate.ts';
import { now } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { watcher } from '../lab/engines/watcher.ts';
import type { Heard } from '../lab/events.ts';
import { Events, UsageError } from '../lab/index.ts';
import { flag } from '../netlink/codec/scalars.ts';
import { HOLD, WITHIN } from '../probes/patience.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { MONITORED } from '../state/entries/entry-kinds.ts';
import { checkEntry } from '../state/entries/fields.ts';
import type { Assertion } from './assertion.ts';
import { checkNotClosed } from './check-receiver.ts';
import { deviceIn, evidenceOf, judgeIn } from './have-state.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, milliseconds, plural } from './message.ts';
import { nearest } from './state-message.ts';

export interface ToTellOptions {
  /** Without `.not`: the exact number of events. @default one or more */
  times?: number;
  /** Without `.not`: how long to wait for the last of them, in milliseconds. @default 1000 */
  within?: number;
  /** With `times`, and with `.not`: how long no more may come, in milliseconds. @default 100 */
  hold?: number;
}

/** What is wanted of a monitor. */
interface Wanted {
  /** How many such events there are to be at least, and at most. */
  least: number;
  most: number;
  /** In milliseconds. */
  within: number;
  hold: number;
}

export async function toTell(
  this: Assertion,
  received: unknown,
  expected: unknown,
  options: ToTellOptions = {},
): Promise<Answer> {
  const { call, isNot, progress } = this;
  const judge = judgeIn(this);
  const events = checkEvents(call, received);
  const { namespace, object } = events;
  const wanted = checkWanted(call, options, isNot);
  const kind = MONITORED[object];
  const noun = `${kind.noun} event`;
  const fields = { ...kind.fields, deleted: flag };
  const wantedEvent = checkEntry(call, { noun, fields, complete: kind.complete }, expected, (value) =>
    deviceIn(call, namespace, value),
  );
  progress.goal = `${isNot ? 'no' : 'such'} events of ${events}`;
  const heard = engineOf(events);
  const isHopeless = () => !isNot && shouldStopWaiting(namespace.lab, progress);
  const started = now();
  const told = await listen(heard, wanted, (event) => judge.matches(event, wantedEvent), isHopeless);
  const took = now() - started;
  const maySilentlyEnd = heard.maySilentlyEnd && countsEnds(wantedEvent) && wanted.most !== Infinity;
  if (told === 'as wanted' && !maySilentlyEnd) {
    if (!isNot) watcher()?.answered(took);
    return { pass: !isNot };
  }
  const own = heard.events.filter((event) => judge.matches(event, wantedEvent));
  // More than there may be are too many, whatever else was lost.
  const isInconclusive = (heard.isLost || maySilentlyEnd) && own.length <= wanted.most;
  const doubt = heard.isLost
    ? 'the kernel had no room for some of its events (ENOBUFS)'
    : `a link went down, or an address or a nexthop was deleted; the kernel does not tell of each ${kind.noun} that goes with it`;
  const message: Message = {
    title: call,
    lines: [
      ['In', namespace.name],
      ['Expected', describeWanted(wanted, isNot)],
      [
        'Received',
        isInconclusive
          ? `inconclusive: ${doubt}; it told of ${own.length}`
          : `${own.length} of ${plural(heard.events.length, 'event')}, in ${milliseconds(took)}${own.map((event) => `\n${judge.print(event)}`).join('')}`,
      ],
    ],
    notes: own.length === 0 ? nearest({ wanted: wantedEvent, judge, noun }, heard.events) : [],
  };
  return {
    pass: isNot,
    isInconclusive,
    message,
    evidence: evidenceOf(namespace.lab),
  };
}

/** Whether the end of an object counts, too. */
function countsEnds(expected: unknown): boolean {
  return typeof expected !== 'object' || expected === null || !('deleted' in expected) || expected.deleted !== false;
}

/** Listens until there are as many events as there are to be, and then that no more come. */
async function listen(
  heard: Heard,
  { least, most, within, hold }: Wanted,
  matches: (event: object) => boolean,
  isHopeless: () => boolean,
): Promise<'as wanted' | 'otherwise'> {
  const started = now();
  let enoughSince: number | undefined;
  for (;;) {
    const isOver = now() - started >= within || isHopeless();
    const at = now();
    heard.read();
    const count = heard.events.filter(matches).length;
    // One that is there is there, whatever else was lost; a number is not known then.
    if (count > most || (heard.isLost && most !== Infinity)) return 'otherwise';
    if (count >= least && most === Infinity) return 'as wanted';
    if (count >= least) enoughSince ??= at;
    if (enoughSince !== undefined && at - enoughSince >= hold) return 'as wanted';
    if (enoughSince === undefined && isOver) return 'otherwise';
    if (heard.closed) return enoughSince === undefined ? 'otherwise' : 'as wanted';
    await heard.wait((enoughSince === undefined ? started + within : enoughSince + hold) - now());
  }
}

function checkEvents(call: string, received: unknown): Events {
  if (!(received instanceof Events))
    throw new UsageError(`${call}: expect() takes what namespace.monitor returned: ${showReceived(received)}`);
  checkNotClosed(call, received.namespace);
  if (engineOf(received).closed)
    throw new UsageError(`${call}: the monitor is closed: ask before its block ends, or use events.all()`);
  return received;
}

function checkWanted(call: string, options: ToTellOptions, isNot: boolean): Wanted {
  checkOptions(call, options, ['times', 'within', 'hold']);
  const { times, within, hold } = options;
  checkInteger(call, 'times', times, 1, 2 ** 31);
  checkMilliseconds(call, 'within', within);
  checkMilliseconds(call, 'hold', hold);
  if (isNot && times !== undefined)
    throw new UsageError(`${call}: times belongs to toTell; with .not there is to be none`);
  if (isNot && within !== undefined) throw new UsageError(`${call}: within belongs to toTell; for .not it is hold`);
  if (!isNot && times === undefined && hold !== undefined)
    throw new UsageError(`${call}: hold belongs to times and to .not.toTell; without them it is within`);
  const patience = within ?? WITHIN;
  return {
    least: isNot ? 0 : (times ?? 1),
    most: isNot ? 0 : (times ?? Infinity),
    within: isNot ? 0 : (watcher()?.patience(patience) ?? patience),
    hold: hold ?? HOLD,
  };
}

function describeWanted({ least, most, within, hold }: Wanted, isNot: boolean): string {
  if (isNot) return `no such event, for ${hold} ms`;
  if (most === Infinity) return `such an event within ${within} ms`;
  return `${plural(least, 'such event')} within ${within} ms, and no more for ${hold} ms`;
}
