import { readOf } from '../lab/exec.ts';
import { type Namespace, UsageError } from '../lab/index.ts';
import { watcher } from '../lab/watcher.ts';
import { checkEntry, deviceName, type Fields, isAsymmetric, text, whole, word } from '../state/entries/fields.ts';
import { type Assertion, Progress } from './assertion.ts';
import { checkPlace, checkTimes, deviceIn, evidenceOf, goalOf, judgeIn, type StateOptions } from './have-state.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, assertionTitle, nameOf, wordsOf } from './message.ts';
import { pollState } from './poll-state.ts';
import { describeState } from './state-message.ts';

/** What counts packets: a counter of nftables by its name, a rule that has one, or a queueing discipline. */
export interface CounterEntry {
  /** `counter` of nftables by its name; undefined for that of a rule. */
  counter: string | undefined;
  /** The comment of the rule that counts. */
  comment: string | undefined;
  /** Of nftables. */
  family: string | undefined;
  table: string | undefined;
  chain: string | undefined;
  /** Of a queueing discipline: its kind, its device and its handle (`1:`). */
  qdisc: string | undefined;
  dev: string | undefined;
  handle: string | undefined;
  packets: number;
  bytes: number;
  /** Of a queueing discipline: how many packets it has dropped. */
  drops: number | undefined;
}

const FIELDS: Fields<CounterEntry> = {
  ...{ counter: text, comment: text, family: word('ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev') },
  ...{
    table: text,
    chain: text,
    qdisc: text,
    dev: deviceName,
    handle: text,
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
  const { isNot, progress = new Progress() } = this;
  const judge = judgeIn(this);
  const call = assertionTitle('toHaveCounted', nameOf(received), `${nameOf(expected)}${wordsOf(options)}`, { isNot });
  const { namespace, device } = checkPlace(call, received);
  if (device) throw new UsageError(`${call}: expect() takes a namespace: received ${device}; its device is dev`);
  const times = checkTimes(call, 'toHaveCounted', options, isNot);
  const wanted = checkEntry(call, { noun: NOUN, fields: FIELDS }, expected, (value) =>
    deviceIn(call, namespace, value),
  );
  progress.goal = goalOf(NOUN, received, times, isNot);
  const counter = withoutNumbers(wanted);
  const find = (entries: readonly CounterEntry[]) => entries.find((entry) => judge.matches(entry, wanted));
  const { holds, seen, looks, took } = await pollState({
    look: () => listCounters(call, namespace),
    isSo: (entries) => (find(entries) === undefined) === isNot,
    isHopeless: () => !isNot && shouldStopWaiting(namespace.lab, progress),
    ...{ times, isNot, every: LOOK_AGAIN },
  });
  // A counter that is not there counts nothing, which is no answer.
  if (isNot && !seen.some((entry) => judge.matches(entry, counter)))
    throw new UsageError(
      `${call}: there is no such counter; there are ${seen.map(nameOfCounter).join(', ') || 'none'}`,
    );
  if (holds) {
    if (!isNot) watcher()?.answered(took);
    return { pass: !isNot };
  }
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

function nameOfCounter({ counter, comment, qdisc, dev, table, chain }: CounterEntry): string {
  if (qdisc !== undefined) return `${qdisc} of ${dev}`;
  return counter ?? comment ?? `a rule of ${table} ${chain}`;
}

/** What `nft -j list ruleset` prints (libnftables-json(5)). */
interface NftObject {
  counter?: { family: string; table: string; name: string; packets: number; bytes: number };
  rule?: { family: string; table: string; chain: string; comment?: string; expr: readonly { counter?: unknown }[] };
}

interface TcQdisc {
  kind: string;
  handle: string;
  dev: string;
  packets?: number;
  bytes?: number;
  drops?: number;
}

const NO_RULE = { counter: undefined, comment: undefined, family: undefined, table: undefined, chain: undefined };
const NO_QDISC = { qdisc: undefined, dev: undefined, handle: undefined, drops: undefined };

function listCounters(call: string, namespace: Namespace): CounterEntry[] {
  const { nftables } = JSON.parse(readOf(call, namespace, 'nft', ['-j', 'list', 'ruleset'])) as {
    nftables: NftObject[];
  };
  const qdiscs = JSON.parse(readOf(call, namespace, 'tc', ['-j', '-s', 'qdisc', 'show'])) as TcQdisc[];
  return [
    ...nftables.flatMap(ofNft),
    ...qdiscs.map(({ kind, handle, dev, packets = 0, bytes = 0, drops = 0 }) => ({
      ...{ ...NO_RULE, qdisc: kind, dev, handle, packets, bytes, drops },
    })),
  ];
}

function ofNft({ counter, rule }: NftObject): CounterEntry[] {
  if (counter) {
    const { name, family, table, packets, bytes } = counter;
    return [{ ...NO_QDISC, counter: name, comment: undefined, family, table, chain: undefined, packets, bytes }];
  }
  return (rule?.expr ?? []).flatMap(({ counter: own }) => {
    // A name stands for a counter that is listed by itself.
    if (!rule || typeof own !== 'object' || own === null) return [];
    const { family, table, chain, comment } = rule;
    const { packets, bytes } = own as { packets: number; bytes: number };
    return [{ ...NO_QDISC, counter: undefined, comment, family, table, chain, packets, bytes }];
  });
}
