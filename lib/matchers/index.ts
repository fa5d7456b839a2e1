import { Snapshots, type TestContext } from 'vitest';
import { harmless } from '../base/visible-text.ts';
import { diagnosisData } from '../diagnosis/diagnosis.ts';
import { now, turn } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { watcher } from '../lab/engines/watcher.ts';
import type { Lab } from '../lab/index.ts';
import { framesOf, registerWait } from '../lab/programs/waits.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { warn } from '../report/warn.ts';
import { pauseAtFailure } from '../shell/pause.ts';
import type { EntryKind } from '../state/entries/entry-kind.ts';
import { fdbEntry } from '../state/entries/fdb-entry.ts';
import { linkEntry } from '../state/entries/link-entry.ts';
import { mdbEntry } from '../state/entries/mdb-entry.ts';
import { neighbourEntry } from '../state/entries/neighbour-entry.ts';
import { routeEntry } from '../state/entries/route-entry.ts';
import { ruleEntry } from '../state/entries/rule-entry.ts';
import { type Assertion, assertionOf, assertionWait } from './assertion.ts';
import { type Attempt, attemptOf, isOver, metaOf, noteAssertion } from './attempt.ts';
import type { FailedAssertion } from './failed-assertion.ts';
import { haveState } from './have-state.ts';
import { judgeOf, type VitestComparison } from './judge.ts';
import { type Asking, forgetEarlierRun, keepEvidence } from './keep-evidence.ts';
import { ownerOf } from './lab-owner.ts';
import { lostProgramLines } from './lost-programs.ts';
import { type Answer, formatMessage, labOf } from './message.ts';
import { type MatcherState, mustBeAwaited } from './must-be-awaited.ts';
import { toBehaveAs } from './to-behave-as.ts';
import { toHaveAddress } from './to-have-address.ts';
import { toHaveCounted } from './to-have-counted.ts';
import { toHaveSysctl } from './to-have-sysctl.ts';
import { toHaveVlan } from './to-have-vlan.ts';
import { toHear } from './to-hear.ts';
import { toMatchReachability } from './to-match-reachability.ts';
import { toMatchRuleset } from './to-match-ruleset.ts';
import { toReach } from './to-reach.ts';
import { toSee } from './to-see.ts';
import { toStayReachable } from './to-stay-reachable.ts';
import { toTell } from './to-tell.ts';

/** Of what the kernel says of itself: no frames are asked for, so the devices of the lab need not be known. */
const ofState = { asksNetwork: false };

/** Every matcher, for `expect.extend`. */
export const matchers = {
  toBehaveAs: awaited('toBehaveAs', toBehaveAs),
  toHaveAddress: awaited('toHaveAddress', toHaveAddress, ofState),
  toHaveCounted: awaited('toHaveCounted', toHaveCounted, ofState),
  toHaveFdbEntry: haveEntry('toHaveFdbEntry', fdbEntry),
  toHaveLink: haveEntry('toHaveLink', linkEntry),
  toHaveMdbEntry: haveEntry('toHaveMdbEntry', mdbEntry),
  toHaveNeighbour: haveEntry('toHaveNeighbour', neighbourEntry),
  toHaveRoute: haveEntry('toHaveRoute', routeEntry),
  toHaveRule: haveEntry('toHaveRule', ruleEntry),
  toHaveSysctl: awaited('toHaveSysctl', toHaveSysctl, ofState),
  toHaveVlan: awaited('toHaveVlan', toHaveVlan, ofState),
  toHear: awaited('toHear', toHear),
  toMatchReachability: awaited('toMatchReachability', toMatchReachability, { takesTable: true }),
  toTell: awaited('toTell', toTell, ofState),
  toMatchRuleset: awaited('toMatchRuleset', toMatchRuleset, ofState),
  toReach: awaited('toReach', toReach),
  toSee: awaited('toSee', toSee),
  toStayReachable: awaited('toStayReachable', toStayReachable),
};

/** What vitest gives a matcher as `this`, as far as it is needed here. */
type AssertionState = Omit<MatcherState, 'task'> &
  Partial<VitestComparison> & { task?: TestContext['task'] | undefined; poll?: boolean };

/** What vitest takes from a matcher. */
interface Told {
  pass: boolean;
  message: () => string;
  meta?: { hairpin: FailedAssertion };
}

/** How many assertions were made. */
let count = 0;

type Matcher<Args extends unknown[]> = (this: Assertion, received: unknown, ...args: Args) => Promise<Answer>;

/** A matcher of one kind of entries. */
function haveEntry<Entry extends object>(name: string, kind: EntryKind<Entry>) {
  return awaited(name, haveState(name, kind), ofState);
}

function awaited<Args extends unknown[]>(
  name: string,
  matcher: Matcher<Args>,
  { asksNetwork = true, takesTable = false } = {},
) {
  return function assertion(this: AssertionState, received: unknown, ...args: Args): PromiseLike<Told> {
    // Chai's flag is undefined without .not, and a matcher compares.
    const state = {
      ...assertionOf(name, received, args, { isNot: this.isNot === true, isPolled: this.poll === true, takesTable }),
      ...(this.utils && { judge: judgeOf(this as VitestComparison), snapshot: snapshotOf(this) }),
    };
    const lab = labOf(received);
    const task = ownerOf(lab) ?? this.task;
    const attempt = task && attemptOf(task);
    const frames = framesOf(assertion);
    const number = count++;
    const asking = { number, started: now(), soft: this.soft === true, poll: this.poll === true, frames };
    if (attempt && !metaOf(attempt).assertions) forgetEarlierRun(attempt);
    watcher()?.asked();
    const answer = ask(matcher, state, received, args, asksNetwork).then(async (given): Promise<Told> => {
      const failed = given.pass === state.isNot;
      if (attempt) noteAssertion(attempt, { title: state.call, passed: !failed, started: asking.started });
      if (!failed) return { pass: given.pass, message: () => '' };
      const { message = { title: state.call, lines: [] } } = given;
      const lost = lab && !state.isNot ? lostProgramLines(lab, state.progress) : [];
      const whole = { ...message, notes: [...(message.notes ?? []), ...lost] };
      return tellFailure({ ...given, message: whole }, { lab, attempt, asking });
    });
    if (lab) registerWait(assertionWait(lab, state.call, frames, state.progress), answer);
    // Only what cannot be asked throws.
    answer.catch(() => watcher()?.refused('asking'));
    // `promises` is vitest's own, and no part of the task's type.
    return mustBeAwaited({ ...state, soft: this.soft, task: task as MatcherState['task'] }, state.call, answer, frames);
  };
}

/** Keeps the evidence of a failure, and makes of it what vitest takes. */
async function tellFailure(
  { pass, message, isInconclusive = false, evidence }: Answer & { message: Message },
  { lab, attempt, asking }: { lab: Lab | undefined; attempt: Attempt | undefined; asking: Asking },
): Promise<Told> {
  const question = evidence && { ...evidence.failed, message, isInconclusive };
  const files = question && attempt && (await keepEvidence(attempt, evidence.lab, question, asking));
  const words = formatMessage(message);
  const whole = harmless(files ? `${words}\n${files}` : words);
  const task = attempt?.task;
  // A polled assertion may yet pass, and a `test.fails` test is expected to fail.
  if (lab && task && !asking.poll && !task.fails && !isOver(attempt))
    // An error of the terminal's must not replace the failure.
    await pauseAtFailure(lab, task.fullTestName, whole).catch((error: Error) =>
      warn(`the test is not held: ${error.message}`),
    );
  const diagnosis = question?.diagnosis && diagnosisData(question.diagnosis);
  const hairpin: FailedAssertion = { number: asking.number, isInconclusive, ...(diagnosis ? { diagnosis } : {}) };
  return { pass, message: () => whole, meta: { hairpin } };
}

/** vitest's own snapshot, for a matcher that takes one when it has waited. */
function snapshotOf(state: AssertionState): NonNullable<Assertion['snapshot']> {
  return (text, hint) => {
    const { pass, message } = Snapshots.toMatchSnapshot.call(state as never, text, hint);
    return { pass, message };
  };
}

/** Asks of the network as it is: programs make devices, change them and delete them at any time. */
async function ask<Args extends unknown[]>(
  matcher: Matcher<Args>,
  state: Assertion,
  received: unknown,
  args: Args,
  asksNetwork: boolean,
): Promise<Answer> {
  const lab = labOf(received);
  if (asksNetwork && lab && !lab.closed && !engineOf(lab).isPristine) {
    // An answer may be there at once. A spec that asks until a program has ended must come to hear of its end.
    await turn();
    if (!lab.closed) lab.discover();
  }
  return matcher.call(state, received, ...args);
}
