import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareModes, formatDifferences, type ModesAnswer } from '../machines/compare-modes.ts';
import { describeFailure, describeRun } from '../machines/describe-run.ts';
import { guestEnvironment } from '../machines/guest-environment.ts';
import type { Kernel } from '../machines/kernel.ts';
import { runInMachine } from '../machines/machine.ts';
import { folderIn, resultsFolder } from '../report/results.ts';
import { EXIT } from './exit-codes.ts';
import { findKernels } from './machine-options.ts';
import { print, printJson, say } from './print.ts';

const TABLE = 'modes.txt';

/** Prints the truth table of each kernel, one below the other; the worst exit code of all. */
export async function modesOnKernels(words: readonly string[], args: readonly string[]): Promise<number> {
  const tables = await askAll(words, args);
  for (const { kernel, text } of tables) {
    if (args.length > 0) printJson(text.trimEnd());
    else print(`${kernel.name}\n\n${text}\n`);
  }
  return Math.max(...tables.map(({ exitCode }) => exitCode));
}

/** Prints the questions that the kernels answer differently. */
export async function diffModes(words: readonly string[]): Promise<number> {
  const tables = await askAll(words, ['--json']);
  const answers = tables.map(({ text }): ModesAnswer[] => JSON.parse(text));
  const differences = compareModes(answers);
  const names = tables.map(({ kernel }) => kernel.name);
  print(formatDifferences(names, differences, answers[0]?.length ?? 0));
  return differences.length > 0 ? EXIT.difference : EXIT.ok;
}

async function askAll(words: readonly string[], args: readonly string[]) {
  const tables: { kernel: Kernel; text: string; exitCode: number }[] = [];
  for (const kernel of await findKernels(words)) {
    say(`${kernel.name}: booting`);
    const results = folderIn(resultsFolder(process.cwd()), kernel.name);
    const command = [process.execPath, ...process.execArgv, process.argv[1] as string, 'modes', ...args];
    const run = await runInMachine(kernel, {
      command,
      results,
      cwd: process.cwd(),
      env: guestEnvironment(),
      stdout: TABLE,
    });
    say(`${kernel.name}: ${describeRun(run)}`);
    const failure = describeFailure(run);
    if (failure) throw new Error(`${kernel.name}: ${failure}`);
    const exitCode = run.ending.kind === 'ended' ? run.ending.exitCode : EXIT.unable;
    // Exit codes 0 and 1 both come with a table.
    if (exitCode > EXIT.difference)
      throw new Error(`${kernel.name}: hairpin modes ended with ${exitCode}:\n${run.output}`);
    tables.push({ kernel, text: readFileSync(join(results, TABLE), 'utf8'), exitCode });
  }
  return tables;
}
