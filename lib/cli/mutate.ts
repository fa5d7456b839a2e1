import { Command, InvalidArgumentError } from 'commander';
import { ignoredLines } from '../mutate/ignored-lines.ts';
import { type Judgement, judge, type NamedTest } from '../mutate/judge.ts';
import { judgementText } from '../mutate/judgement-text.ts';
import type { MutationRun } from '../mutate/run-mutation.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { named } from './named.ts';
import { print, printJson, say, showProgress } from './print.ts';
import { whyNothing } from './why-nothing.ts';

interface Options {
  testNamePattern?: string;
  threshold: number;
  json?: boolean;
}

export function mutateCommand(): Command {
  return new Command('mutate')
    .description('finds specs that pass even if their network is broken: turns one knob of it at a time')
    .argument('[filters...]', 'spec files, or parts of their paths; after -- arguments of vitest run')
    .option('-t, --testNamePattern <pattern>', 'only the tests whose names match', named)
    .option('--threshold <percent>', 'the lowest score that passes', toPercent, 0)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Runs each test as it is, and again with one knob of its network turned at a
time: a cable unplugged, a port's hairpin flipped, a macvlan's mode changed, an
address withdrawn, a live change left out. Lists the knobs that no test of a
file noticed. A test that notices none of its knobs is vacuous.`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'no vacuous test, score not below the threshold',
        difference: 'otherwise',
        usage: 'wrong usage, or nothing to judge',
        unable: 'a spec fails as it is',
      }),
    )
    .action(async (filters: string[], options: Options) => {
      process.exitCode = await mutate(filters, options);
    });
}

async function mutate(filters: readonly string[], options: Options): Promise<number> {
  const { testNamePattern, threshold, json = false } = options;
  const words = [...filters, ...(testNamePattern === undefined ? [] : ['-t', testNamePattern])];
  // Loaded here: vitest is an optional peer, which no other command needs.
  const { runMutation } = await import('../mutate/run-mutation.ts');
  let done = 0;
  const run = await runMutation(words, () => showProgress(`mutating: ${++done} tests done`));
  showProgress();
  if ('misuse' in run) return complain(EXIT.usage, [run.misuse]);
  const judgement = judge(run.tests, ignoredLines(run.root));
  const failures = whyNotJudged(run, judgement);
  if (failures.length > 0) return complain(EXIT.unable, failures);
  if (judgement.mutants === 0 && judgement.vacuous.length === 0 && judgement.refusals.length === 0) {
    const ran = run.tests.filter(({ meta }) => meta !== undefined).length;
    return complain(EXIT.usage, [`nothing to turn: ${whyNothing(ran, testNamePattern)}`]);
  }
  if (json) printJson(JSON.stringify({ threshold, ...judgement }, undefined, 2));
  else print(judgementText(judgement));
  if (judgement.score < threshold) complain(EXIT.difference, [`the score is below the threshold of ${threshold} %`]);
  return judgement.vacuous.length > 0 || judgement.score < threshold ? EXIT.difference : EXIT.ok;
}

/** A test that fails anyhow would notice every mutant. */
function whyNotJudged({ errors }: MutationRun, { failing }: Judgement): string[] {
  const files = [...new Set(failing.map(({ file }) => file))];
  return [
    ...errors,
    ...failing.map((test) => `${place(test)} "${test.name}" fails as it is, with no knob turned: ${test.failure}`),
    ...(files.length > 0 ? [`the whole failure: npx vitest run ${files.join(' ')}`] : []),
  ];
}

function place({ file, line }: NamedTest): string {
  return line === undefined ? file : `${file}:${line}`;
}

function complain(code: number, reasons: readonly string[]): number {
  for (const reason of reasons) say(`hairpin mutate: ${reason}`);
  return code;
}

function toPercent(text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent;
  throw new InvalidArgumentError(`It must be a percentage from 0 to 100: received '${text}'.`);
}
