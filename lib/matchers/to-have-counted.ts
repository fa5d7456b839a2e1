import { UsageError } from '../lab/index.ts';
import { text, whole, word } from '../netlink/codec/value-rule.ts';
import { checkEntry, deviceName, type Fields, isAsymmetric } from '../state/entries/fields.ts';
import type { Assertion } from './assertion.ts';
import { checkPlace, checkTimes, deviceIn, evidenceOf, goalOf, judgeIn, type StateOptions } from './have-state.ts';
import { type CounterEntry, listCounters } from './list-counters.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import type { Answer } from './message.ts';
import { pollState } from './poll-state.ts';
import { describeState } from './state-message.ts';

/** What is said of a counter that may be that of a filter. */
const OF_FILTERS = ['filter', 'action', 'dev', 'parent', 'pref', 'drops'];

const FIELDS: Fields<CounterEntry> = {
  ...{ counter: text, comment: text, family: word('ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev') },
  ...{
    table: text,
    chain: text,
    qdisc: text,
    dev: deviceName,
    handle: text,
    filter: text,
    action: text,
    parent: text,
    pref: whole,
    packets: whole,
    bytes: whole,
    drops: whole,
  },
};
const NOUN = 'counter';

/** No event tells of a packet. In milliseconds. */
const LOOK_AGAIN = 50;

export async function toHaveCounted(
  this: Assertion,
  received: unknown,
  expected: unknown,
  options: StateOptions = {},
): Promise<Answer> {
  const { call, isNot, progress } = this;
  const judge = judgeIn(this);
  const { namespace, device } = checkPlace(call, received);
  if (device) throw new UsageError(`${call}: expect() takes a namespace: received ${device}; its device is dev`);
  const times = checkTimes(call, 'toHaveCounted', options, isNot);
  const wanted = checkEntry(call, { noun: NOUN, fields: FIELDS }, expected, (value) =>
    deviceIn(call, namespace, value),
  );
  progress.goal = goalOf(NOUN, received, times, isNot);
  const counter = withoutNumbers(wanted);
  const find = (entries: readonly CounterEntry[]) => entries.find((entry) => judge.matches(entry, wanted));
  const withFilters = Object.keys(Object(counter)).every((name) => OF_FILTERS.includes(name));
  const { holds, seen, looks, took } = await pollState({
    look: () => listCounters(call, namespace, withFilters),
    isSo: (entries) => (find(entries) === undefined) === isNot,
    isHopeless: () => !isNot && shouldStopWaiting(namespace.lab, progress),
    ...{ times, isNot, every: LOOK_AGAIN },
  });
  // A counter that is not there counts nothing, which is no answer.
  if (isNot && !seen.some((entry) => judge.matches(entry, counter)))
    throw new UsageError(
      `${call}: there is no such counter; there are ${seen.map(nameOfCounter).join(', ') || 'none'}`,
    );
  if (holds) return { pass: !isNot };
  const verdict = { holds: false, entries: seen, found: find(seen), looks, took } as const;
  const asked = { call, place: namespace.name, noun: NOUN, isNot, times, wanted, judge };
  return { pass: isNot, message: describeState(asked, verdict), evidence: evidenceOf(namespace.lab) };
}

/** Which counter it is, without what it has counted. */
function withoutNumbers(wanted: unknown): unknown {
  if (typeof wanted !== 'object' || wanted === null || isAsymmetric(wanted)) return wanted;
  const { packets: _, bytes: __, drops: ___, ...counter } = wanted as Partial<CounterEntry>;
  return counter;
}

function nameOfCounter({
  counter,
  comment,
  qdisc,
  filter,
  action,
  pref,
  parent,
  dev,
  table,
  chain,
}: CounterEntry): string {
  if (qdisc !== undefined) return `${qdisc} of ${dev}`;
  if (filter !== undefined) return `${action} of ${filter} pref ${pref} at ${dev} ${parent}`;
  return counter ?? comment ?? `a rule of ${table} ${chain}`;
}
