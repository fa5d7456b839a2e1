import { relative } from 'node:path';
import { Command } from 'commander';
import { aptKernels, kernelsBetween } from '../machines/apt-kernels.ts';
import { describeEnding, describeFailure, describeRun } from '../machines/describe-run.ts';
import { findKernel, locateKernel } from '../machines/find-kernel.ts';
import { findFirstBad, type Verdict } from '../machines/first-bad.ts';
import { lockResults } from '../machines/lock-results.ts';
import type { MachineRun } from '../machines/machine-run.ts';
import { splitArguments } from '../machines/split-arguments.ts';
import { testOnKernel } from '../machines/test-on-kernel.ts';
import { exitCodes } from './exit-codes.ts';
import { addMachineOptions, type MachineOptions, machineTask, sayFetching } from './machine-options.ts';
import { named } from './named.ts';
import { print, say } from './print.ts';
import { tellReports } from './tell-reports.ts';

interface BisectOptions extends MachineOptions {
  good: string;
  bad: string;
}

export function bisectCommand(): Command {
  const command = new Command('bisect')
    .description('finds the first of several kernels on which specs fail, by binary search')
    .argument(
      '[kernels...]',
      'the kernels between good and bad, oldest first; without them, the packages of the same flavour',
    )
    .requiredOption('--good <kernel>', 'a kernel on which the specs pass, as for hairpin test --kernel', named)
    .requiredOption('--bad <kernel>', 'a later kernel on which they fail', named);
  return addMachineOptions(command)
    .addHelpText(
      'after',
      `
vitest's arguments, such as the specs, come after --. A kernel is bad if the
specs fail on it, or if it panics or hangs under them; with --fail-on-warning
also if it warns. A kernel that does not boot is skipped, as by git bisect skip.

  hairpin bisect --good 6.1.0-47-cloud-amd64 --bad 6.1.0-56-cloud-amd64 \\
    -- specs/article`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'found',
        usage: 'wrong usage',
        unable: 'good is not good, bad not bad, or this machine cannot run it',
      }),
    )
    .action(async (words: string[], { good, bad, ...options }: BisectOptions, command: Command) => {
      const { kernels: given, specs } = splitWords(words, process.argv);
      if (good === bad)
        command.error(`error: options '--good' and '--bad' need two kernels: received '${good}' for both`);
      // All of them before the first is booted.
      await locateKernel('--good', good);
      await locateKernel('--bad', bad);
      for (const word of given) await locateKernel('kernels', word);
      const between = given.length > 0 ? given : kernelsBetween(good, bad, await aptKernels());
      const list = [good, ...between.filter((each) => each !== good && each !== bad), bad];
      say(`${list.length} kernels, about ${Math.ceil(Math.log2(list.length - 1)) + 2} to boot`);
      using _lock = lockResults(process.cwd());
      const { lastGood, firstBad, unknown } = await findFirstBad(list, (word) => judge(word, specs, options));
      const doubt = unknown.length > 0 ? ` (or one of those that could not be asked: ${unknown.join(', ')})` : '';
      print(`last good: ${lastGood}\nfirst bad: ${firstBad}${doubt}\n`);
    });
}

/** commander leaves out the `--` that parts the kernels from vitest's arguments. */
function splitWords(words: readonly string[], argv: readonly string[]): { kernels: string[]; specs: string[] } {
  const parting = argv.indexOf('--');
  const kernels = parting < 0 ? words.length : words.length - (argv.length - 1 - parting);
  return { kernels: words.slice(0, kernels), specs: words.slice(kernels) };
}

async function judge(word: string, specs: readonly string[], options: MachineOptions): Promise<Verdict> {
  const kernel = await findKernel('kernels', word, sayFetching);
  const root = process.cwd();
  const run = await testOnKernel(kernel, { ...machineTask(options), root, args: splitArguments(specs).testing });
  const warned = tellReports(word, run, options.failOnWarning);
  const verdict = verdictOf(run, warned);
  say(`${word}: ${verdict}; ${describeRun(run)}; see ${relative(root, run.results)}/`);
  const ending = verdict === 'skip' ? describeFailure(run) : describeEnding(run);
  if (ending) say(ending);
  else if (verdict === 'skip') say(`vitest left no report:\n${run.output}`);
  return verdict;
}

/** Only what happens once the guest is up is the specs' doing. */
function verdictOf({ ending, booted, blob }: MachineRun & { blob?: string }, warned: boolean): Verdict {
  if (ending.kind === 'ended') return ending.exitCode === 0 && !warned ? 'good' : blob ? 'bad' : 'skip';
  return booted === undefined || ending.kind === 'unable' || ending.kind === 'lost' ? 'skip' : 'bad';
}
