import { checkMilliseconds, checkOptions, showReceived } from '../base/validate.ts';
import { now } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { watcher } from '../lab/engines/watcher.ts';
import { Interface, type Lab, Namespace, UsageError } from '../lab/index.ts';
import { checkAlive } from '../lab/interface-state.ts';
import { HOLD, WITHIN } from '../probes/patience.ts';
import { deviceNames, type EntryKind } from '../state/entries/entry-kind.ts';
import { EntryMonitor } from '../state/entries/entry-monitor.ts';
import { checkEntry } from '../state/entries/fields.ts';
import type { Assertion } from './assertion.ts';
import { checkNotClosed } from './check-receiver.ts';
import type { Judge } from './judge.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, milliseconds, nameOf, pluralOf } from './message.ts';
import { describeState, type StateTimes, type Verdict } from './state-message.ts';

/** How long to wait for a state, or how long it must stay away. */
export interface StateOptions {
  /**
   * How long to wait for the state, in milliseconds; with `.not`, how long to wait until it has gone.
   *
   * @default 1000; with `.not` 0
   */
  within?: number;
  /** With `.not`: how long it must then stay away, in milliseconds. @default 100 */
  hold?: number;
}

/** Not every change has an event, such as that of a neighbour that is asked for first. In milliseconds. */
const LOOK_AGAIN = 20;

/** A matcher of entries of one kind: it looks at once, and again whenever the kernel tells of a change. */
export function haveState<Entry extends object>(
  name: string,
  kind: EntryKind<Entry>,
  /** What a short form stands for: `10.0.0.1/24`. */
  unfold: (call: string, expected: unknown) => unknown = (_, expected) => expected,
) {
  return async function matcher(
    this: Assertion,
    received: unknown,
    expected: unknown,
    options: StateOptions = {},
  ): Promise<Answer> {
    const { call, isNot, progress } = this;
    const judge = judgeIn(this);
    const place = checkPlace(call, received);
    const times = checkTimes(call, name, options, isNot);
    const wanted = checkEntry(call, kind, unfold(call, expected), (value) => deviceIn(call, place.namespace, value));
    progress.goal = goalOf(kind.noun, received, times, isNot);
    const look = () => lookAt(place, kind, (entry) => judge.matches(entry, wanted));
    const started = now();
    const verdict = await (isNot
      ? stayAway({ look, place, kind, times, matches: (entry) => judge.matches(entry, wanted) })
      : come({ look, place, kind, times, isHopeless: () => shouldStopWaiting(place.namespace.lab, progress) }));
    if (verdict.holds) {
      if (!isNot) watcher()?.answered(now() - started);
      return { pass: !isNot };
    }
    const message = describeState(
      { call, place: nameOf(received), noun: kind.noun, isNot, times, wanted, judge },
      verdict,
    );
    return {
      pass: isNot,
      isInconclusive: verdict.isLost === true,
      message,
      evidence: evidenceOf(place.namespace.lab),
    };
  };
}

/** What a failure about a state leaves behind: the network, without frames that are the question's. */
export function evidenceOf(lab: Lab): NonNullable<Answer['evidence']> {
  return { lab, failed: { recognize: () => undefined, ways: [] } };
}

/** @throws Error outside of vitest, whose comparison it is */
export function judgeIn({ judge }: Assertion): Judge {
  if (!judge) throw new Error('this matcher runs only in vitest');
  return judge;
}

/** Where a state is to be: in a namespace, or of one interface. */
interface StatePlace {
  namespace: Namespace;
  device: Interface | undefined;
}

export function checkPlace(call: string, received: unknown): StatePlace {
  const device = received instanceof Interface ? received : undefined;
  const namespace = device?.namespace ?? received;
  if (!(namespace instanceof Namespace))
    throw new UsageError(`${call}: expect() takes a namespace or an interface: ${showReceived(received)}`);
  checkNotClosed(call, namespace);
  if (device) checkAlive(`${device}.state`, device);
  return { namespace, device };
}

export function checkTimes(call: string, name: string, options: StateOptions, isNot: boolean): StateTimes {
  checkOptions(call, options, ['within', 'hold']);
  const { within, hold } = options;
  checkMilliseconds(call, 'within', within);
  checkMilliseconds(call, 'hold', hold);
  if (!isNot && hold !== undefined)
    throw new UsageError(`${call}: hold belongs to .not.${name}; without .not it is within`);
  const patience = within ?? (isNot ? 0 : WITHIN);
  return { within: isNot ? patience : (watcher()?.patience(patience) ?? patience), hold: hold ?? HOLD };
}

export function goalOf(noun: string, received: unknown, { within, hold }: StateTimes, isNot: boolean): string {
  if (isNot) return `${milliseconds(hold)} without such ${pluralOf(noun)} in ${nameOf(received)}`;
  return `such a ${noun} in ${nameOf(received)}, for ${milliseconds(within)} at most`;
}

/** An interface stands for its name. */
export function deviceIn(call: string, namespace: Namespace, value: unknown): unknown {
  if (!(value instanceof Interface)) return value;
  if (value.namespace !== namespace) throw new UsageError(`${call}: ${value} is not in ${namespace}`);
  return deviceNames(engineOf(namespace).rtnetlink).get(value.index) ?? value.name;
}

/** What there is, and what of it is as it was wanted. */
interface Look<Entry> {
  entries: readonly Entry[];
  found: Entry | undefined;
}

function lookAt<Entry extends object>(
  { namespace, device }: StatePlace,
  kind: EntryKind<Entry>,
  matches: (entry: Entry) => boolean,
): Look<Entry> {
  const engine = engineOf(namespace);
  if (!device) {
    const entries = kind.list(engine);
    return { entries, found: entries.find(matches) };
  }
  const names = deviceNames(engine.rtnetlink);
  const own = names.get(device.index);
  const entries = own === undefined ? [] : kind.list(engine, names).filter((entry) => kind.isOf(entry, own));
  return { entries, found: entries.find(matches) };
}

interface Waiting<Entry extends object> {
  look: () => Look<Entry>;
  place: StatePlace;
  kind: EntryKind<Entry>;
  times: StateTimes;
}

/** Waits until there is such an entry. */
async function come<Entry extends object>({
  look,
  place,
  kind,
  times: { within },
  isHopeless,
}: Waiting<Entry> & { isHopeless: () => boolean }): Promise<Verdict> {
  const started = now();
  // As a rule it is there already, and costs no socket.
  if (look().found) return { holds: true };
  using monitor = new EntryMonitor(engineOf(place.namespace), kind);
  for (let looks = 2; ; looks++) {
    const isOver = now() - started >= within || isHopeless();
    const { entries, found } = look();
    if (found) return { holds: true };
    if (isOver) return { holds: false, entries, found, looks, took: now() - started };
    await monitor.wait(Math.min(LOOK_AGAIN, started + within - now()));
    monitor.take();
  }
}

/** Waits until there is no such entry any more, and then that none comes, not even for a moment. */
async function stayAway<Entry extends object>({
  look,
  place,
  kind,
  times: { within, hold },
  matches,
}: Waiting<Entry> & { matches: (entry: Entry) => boolean }): Promise<Verdict> {
  const started = now();
  using monitor = new EntryMonitor(engineOf(place.namespace), kind);
  let goneSince: number | undefined;
  for (let looks = 1; ; looks++) {
    const at = now();
    const told = monitor.take();
    const { entries, found } = look();
    const isOfPlace = isOfDevice(place, kind);
    const flash = told.events.find(({ isGone, entry }) => !isGone && isOfPlace(entry) && matches(entry))?.entry;
    const verdict = { holds: false as const, entries, looks, took: now() - started };
    if (goneSince !== undefined && told.isLost) return { ...verdict, found: undefined, isLost: true };
    const seen = found ?? (goneSince === undefined ? undefined : flash);
    if (seen && at - started >= within) return { ...verdict, found: seen, isFlash: !found };
    goneSince = seen ? undefined : (goneSince ?? at);
    if (goneSince !== undefined && at - goneSince >= hold) return { holds: true };
    const until = goneSince === undefined ? started + within : goneSince + hold;
    await monitor.wait(Math.min(LOOK_AGAIN, until - now()));
  }
}

function isOfDevice<Entry extends object>(
  { namespace, device }: StatePlace,
  kind: EntryKind<Entry>,
): (entry: Entry) => boolean {
  if (!device) return () => true;
  return (entry) => {
    const own = deviceNames(engineOf(namespace).rtnetlink).get(device.index) ?? device.name;
    return kind.isOf(entry, own);
  };
}
