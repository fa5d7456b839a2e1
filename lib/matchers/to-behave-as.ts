import { MACVLAN_MODES, type Macvlan, type MacvlanMode, type MacvlanPair, UsageError } from '../lab/index.ts';
import { checkBoolean, checkOneOf, checkOptions, show } from '../lab/validate.ts';
import { expectedOfPair } from '../model/macvlan-pair.ts';
import { type Observation, observePair } from '../probes/observe-pair.ts';
import { type Answer, assertionTitle, formatMessage, isMacvlanPair, nameOf, wordsOf } from './message.ts';

export interface ToBehaveAsOptions {
  /** Whether the switch reflects. @default false */
  hairpin?: boolean;
}

export async function toBehaveAs(
  this: { isNot: boolean },
  received: unknown,
  mode: MacvlanMode,
  options: ToBehaveAsOptions = {},
): Promise<Answer> {
  const { isNot } = this;
  const title = assertionTitle('toBehaveAs', nameOf(received), `${show(mode)}${wordsOf(options)}`, { isNot });
  checkPair(title, received);
  checkOneOf(title, 'mode', mode, MACVLAN_MODES);
  checkOptions(title, options, ['hairpin']);
  checkBoolean(title, 'hairpin', options.hairpin);
  if ((mode === 'passthru') !== (received.m2 === undefined)) {
    const has = received.m2 ? 'a second child' : 'one child only';
    throw new UsageError(
      `${title}: passthru has room for one child, the other modes take two here: the pair has ${has}`,
    );
  }
  const { hairpin = false } = options;
  const modes = { ns1: mode, ns2: mode === 'passthru' ? null : mode, hairpin };
  const observations = await observePair(received);
  const rows = observations.map((observation) => ({ ...observation, expected: expectedOfPair(modes, observation) }));
  const differences = rows.filter(({ copies, expected }) => copies !== expected);
  return {
    pass: differences.length === 0,
    message: () =>
      formatMessage({
        title,
        lines: [
          ['Pair', `ns1 ${describeChild(received.m1)}, ns2 ${describeChild(received.m2)}`],
          [
            'Expected',
            `${isNot ? 'a difference from' : 'the behaviour of'} ${mode} behind a switch that ${hairpin ? 'reflects' : 'does not reflect'}`,
          ],
          [
            'Received',
            differences.length === 0
              ? `just that, in all of ${rows.length} questions`
              : table(differences, rows.length),
          ],
        ],
      }),
  };
}

function checkPair(title: string, received: unknown): asserts received is MacvlanPair {
  if (!isMacvlanPair(received))
    throw new UsageError(`${title}: expect() takes what macvlanPair() returns: received ${show(received)}`);
}

function describeChild(child: Macvlan | undefined): string {
  return child ? `${child.kind} ${child.mode}` : 'none';
}

function table(differences: (Observation & { expected: number })[], all: number): string {
  const head = ['from', 'to', 'kind', 'expected', 'received'];
  const body = differences.map(({ from, to, kind, expected, copies }) => [
    from,
    to,
    kind,
    String(expected),
    String(copies),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...body].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${differences.length} of ${all} questions differ (copies that arrive):`, ...lines].join('\n');
}
