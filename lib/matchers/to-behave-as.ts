import { alignColumns } from '../base/align-columns.ts';
import { checkBoolean, checkOneOf, checkOptions, show } from '../base/validate.ts';
import { type Interface, isLink, MACVLAN_MODES, type MacvlanMode, UsageError } from '../lab/index.ts';
import { macvlan } from '../links/macvlan.ts';
import { expectedOfPair } from '../model/macvlan-pair.ts';
import { askIcmp } from '../probes/ask-icmp.ts';
import { echoLimitWords } from '../probes/echo-limit.ts';
import { type Observation, observePair } from '../probes/observe-pair.ts';
import { isPair, type Pair, type PairDevices, pairDevices } from '../probes/pair-devices.ts';
import { limitOfTarget, whyNobodyAnswers } from '../probes/self-question.ts';
import { linkFault } from '../probes/source.ts';
import { PendingSessions } from '../trace/pending-sessions.ts';
import { quietIn } from '../trace/quiescence.ts';
import type { Family } from '../wire/ip-address.ts';
import type { Assertion } from './assertion.ts';
import { type Difference, differingWay } from './differing-way.ts';
import { evidenceOf } from './have-state.ts';
import type { Answer } from './message.ts';
import { mendOfWays } from './why.ts';

export interface ToBehaveAsOptions {
  /** Whether the switch reflects. @default false */
  hairpin?: boolean;
}

export async function toBehaveAs(
  this: Assertion,
  received: unknown,
  mode: MacvlanMode,
  options: ToBehaveAsOptions = {},
): Promise<Answer> {
  const { call: title, isNot } = this;
  checkPair(title, received);
  checkOneOf(title, 'mode', mode, MACVLAN_MODES);
  checkOptions(title, options, ['hairpin']);
  checkBoolean(title, 'hairpin', options.hairpin);
  const devices = pairDevices(title, received);
  const other = [devices.ns1, devices.ns2].find((child) => child && !macvlan.is(child));
  if (other) throw new UsageError(`${title}: the modes are those of macvlans: ${other} is an ${other.kind}`);
  if ((mode === 'passthru') !== (devices.ns2 === undefined)) {
    const has = devices.ns2 ? 'a second child' : 'one child only';
    throw new UsageError(
      `${title}: passthru has room for one child, the other modes take two here: the pair has ${has}`,
    );
  }
  const { hairpin = false } = options;
  const modes = { ns1: mode, ns2: mode === 'passthru' ? null : mode, hairpin };
  const { lab } = devices.host.namespace;
  const unplugged = isNot ? unpluggedOf(devices) : undefined;
  if (unplugged) {
    const lines = [['Received', `inconclusive: ${unplugged}`]] as const;
    return { pass: true, isInconclusive: true, message: { title, lines }, evidence: evidenceOf(lab) };
  }
  const expectedOf = (question: Omit<Observation, 'copies'>) => expectedOfPair(modes, question);
  // All is one question here: what a tunnel has asked for during it, it need not ask again.
  const sessions = new PendingSessions(lab);
  const observations = await observePair(received, expectedOf, (of) => quietIn(lab, of, sessions));
  const rows = observations.map((observation) => ({ ...observation, expected: expectedOf(observation) }));
  const differences = rows.filter(({ copies, expected }) => copies !== expected);
  const silent = isNot && differences.length > 0 ? await whyOnlySilent(devices, differences) : undefined;
  if (silent) {
    const lines = [['Received', `inconclusive: only echoes differ, and ${silent}`]] as const;
    return { pass: true, isInconclusive: true, message: { title, lines }, evidence: evidenceOf(lab) };
  }
  const pass = differences.length === 0;
  if (pass !== isNot) return { pass };
  const differing = await differingWay(devices, lab, differences);
  return {
    pass,
    message: {
      title,
      ways: differing.ways,
      hint: mendOfWays(differing.ways),
      lines: [
        ['Pair', `ns1 ${describeChild(devices.ns1)}, ns2 ${describeChild(devices.ns2)}`],
        [
          'Expected',
          `${isNot ? 'a difference from' : 'the behaviour of'} ${mode} behind a switch that ${hairpin ? 'reflects' : 'does not reflect'}`,
        ],
        [
          'Received',
          differences.length === 0 ? `just that, in all of ${rows.length} questions` : table(differences, rows.length),
        ],
      ],
    },
    evidence: { lab, failed: differing },
  };
}

function checkPair(title: string, received: unknown): asserts received is Pair {
  if (isPair(received)) return;
  throw new UsageError(
    `${title}: expect() takes what macvlanPair() returns, or { ns1, ns2, uplink, gateway, neighbour }: received ${show(received)}`,
  );
}

/** The link that is down or unplugged: what differs then, differs for its sake. */
function unpluggedOf(devices: PairDevices): string | undefined {
  for (const device of Object.values(devices)) {
    const fault = linkFault(device);
    if (fault) return `${device} ${fault}`;
  }
  return undefined;
}

/** Why the network has no part in the differences: all are echoes that were not answered, by hosts that may answer nobody. */
async function whyOnlySilent(devices: PairDevices, differences: readonly Difference[]): Promise<string | undefined> {
  const reasons = new Map<string, string>();
  for (const { from, to, kind, copies, expected } of differences) {
    const [asker, target] = [devices[from], devices[to]];
    const family = ECHOES.get(kind);
    const address = family && target?.address.first(family)?.address;
    if (!family || !asker || !target || address === undefined || copies >= expected) return undefined;
    if (reasons.has(address)) continue;
    const question = { from: asker.namespace, to: { address, namespace: target.namespace }, family };
    const limit = limitOfTarget(question, 'icmp');
    const reason = limit ? echoLimitWords(limit) : await whyNobodyAnswers(question, 'icmp', askIcmp);
    if (reason === undefined) return undefined;
    reasons.set(address, reason);
  }
  return [...reasons.values()][0];
}

const ECHOES: ReadonlyMap<Observation['kind'], Family> = new Map([
  ['ping4', 4],
  ['ping6', 6],
]);

function describeChild(child: Interface | undefined): string {
  return isLink(child, macvlan) ? `${child.kind} ${child.mode}` : 'none';
}

function table(differences: readonly Difference[], all: number): string {
  const head = ['from', 'to', 'kind', 'expected', 'received'];
  const rows = differences.map(({ from, to, kind, expected, copies }) => [from, to, kind, `${expected}`, `${copies}`]);
  const title = `${differences.length} of ${all} questions differ (copies that arrive):`;
  return [title, ...alignColumns([head, ...rows])].join('\n');
}
