import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { describeFailure, describeRun } from '../machines/describe-run.ts';
import { lockResults } from '../machines/lock-results.ts';
import { mergeReports, runVitest } from '../machines/merge-reports.ts';
import { splitArguments } from '../machines/split-arguments.ts';
import { blobTarget, copyBlob, testOnKernel } from '../machines/test-on-kernel.ts';
import { BLOBS, clearPlace, resultsFolder } from '../report/results.ts';
import { EXIT } from './exit-codes.ts';
import { DEFAULT_IMAGE, testInContainer } from './in-container.ts';
import { addMachineOptions, collect, findKernels, type MachineOptions, machineTask, named } from './machine-options.ts';
import { relayLines, say } from './print.ts';

interface TestOptions extends MachineOptions {
  kernel?: string[];
  live?: boolean;
  inContainer?: string | true;
}

export function testCommand(): Command {
  const command = new Command('test')
    .description("the project's specs, on this kernel, on others, or in a privileged container")
    .argument('[vitest...]', "vitest's own arguments, behind --")
    .option('--kernel <kernel>', 'a bzImage, a folder with one, or the version of a package; several times', collect)
    .addOption(
      new Option('--in-container [image]', `in a privileged container; the image has Node (default: ${DEFAULT_IMAGE})`)
        .argParser(named)
        .conflicts('kernel'),
    )
    .option('--live', 'show what vitest prints in each machine as it comes');
  return addMachineOptions(command)
    .addHelpText(
      'after',
      `
Each kernel boots in QEMU (with KVM where that works) with this machine's own root, read-only under a throw-away overlay,
and vitest runs there. All results come in one report, a project a kernel; consoles, output and evidence are in
test-results/<kernel>/.

  hairpin test --kernel 6.1.0-40-amd64 --kernel ../linux -- specs/article --reporter=junit
  hairpin test --in-container -- specs/article

Exit codes: ${EXIT.ok} every test passes on every kernel, ${EXIT.difference} a test or a kernel fails, ${EXIT.usage} wrong usage, ${EXIT.unable} this machine cannot run it`,
    )
    .action(async (args: string[], given: TestOptions, command: Command) => {
      const { kernel: words, live, inContainer, ...options } = given;
      const root = process.cwd();
      if (!words) refuseMachineOptions(command, given);
      if (inContainer !== undefined) {
        const image = inContainer === true ? DEFAULT_IMAGE : inContainer;
        process.exitCode = await testInContainer(image, root, args);
        return;
      }
      process.exitCode = words
        ? await testOnKernels(root, words, args, { ...options, ...(live ? { live } : {}) })
        : await runVitest(root, ['run', ...args]);
    });
}

/** What would change nothing must not look as if it did. */
function refuseMachineOptions(command: Command, given: TestOptions): void {
  const others = ['kernel', 'inContainer'];
  const stray = command.options.find((option) => {
    const name = option.attributeName();
    return !others.includes(name) && name in given;
  });
  if (stray) command.error(`error: option '${stray.flags}' is for other kernels: it needs --kernel`);
}

async function testOnKernels(root: string, words: readonly string[], args: readonly string[], options: TestOptions) {
  const kernels = await findKernels(words);
  const { testing, telling, blob } = splitArguments(args);
  using _lock = lockResults(root);
  clearPlace(resultsFolder(root), BLOBS);
  const reported: string[] = [];
  const copies: [blob: string, target: string][] = [];
  let failed = false;
  for (const kernel of kernels) {
    const target = blob === undefined ? undefined : blobTarget(root, kernel, blob, kernels.length === 1);
    say(`${kernel.name}: booting`);
    const live = options.live ? relayLines() : undefined;
    const run = await testOnKernel(kernel, {
      ...{ ...machineTask(options), root, args: testing, labelled: blob !== undefined },
      ...(live ? { onOutput: live.write } : {}),
    });
    live?.end();
    say(`${kernel.name}: ${describeRun(run)}`);
    const failure = describeFailure(run) ?? (run.blob ? undefined : `vitest left no report:\n${run.output}`);
    if (failure) say(`\n${kernel.name}: ${failure}\n\nAll of it: ${relative(root, run.results)}/\n`);
    if (run.trouble && run.ending.kind === 'ended')
      say(`${kernel.name}: its console tells of a ${run.trouble.kind}: ${run.trouble.line}`);
    if (run.blob) reported.push(kernel.name);
    if (run.blob && target !== undefined) copies.push([run.blob, target]);
    // vitest may fail and yet report nothing that has failed, as of a threshold.
    failed ||= failure !== undefined || (run.ending.kind === 'ended' && run.ending.exitCode !== 0);
  }
  const merged = reported.length > 0 ? await mergeReports(root, reported, telling) : EXIT.difference;
  // Behind the merge, which takes all that is in the blobs' folder: it may be the one that is named.
  for (const [from, target] of copies) copyBlob(from, target);
  return failed || merged !== 0 ? EXIT.difference : EXIT.ok;
}
