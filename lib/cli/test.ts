import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { debugHint } from '../machines/debug-hint.ts';
import { describeFailure, describeRun } from '../machines/describe-run.ts';
import type { Kernel } from '../machines/kernel.ts';
import { lockResults } from '../machines/lock-results.ts';
import { checkFits } from '../machines/machine.ts';
import { mergeReports, runVitest } from '../machines/merge-reports.ts';
import { splitArguments } from '../machines/split-arguments.ts';
import { blobTarget, copyBlob, testOnKernel } from '../machines/test-on-kernel.ts';
import { BLOBS, clearPlace, resultsFolder } from '../report/results.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { DEFAULT_IMAGE, testInContainer } from './in-container.ts';
import {
  addMachineOptions,
  locateKernels,
  type MachineOptions,
  machineTask,
  refuseMachineOptions,
} from './machine-options.ts';
import { collect, named } from './named.ts';
import { relayLines, say } from './print.ts';
import { tellReports } from './tell-reports.ts';

interface TestOptions extends MachineOptions {
  kernel?: string[];
  build?: string[];
  live?: boolean;
  gdb?: boolean;
  inContainer?: string | true;
}

export function testCommand(): Command {
  const command = new Command('test')
    .description("runs the project's specs on this kernel, on others, or in a privileged container")
    .argument('[vitest...]', "vitest's own arguments, after --")
    .option(
      '--kernel <kernel>',
      'a bzImage, a folder with one, um, um:FOLDER, newest, or the version of a package; may be repeated',
      collect,
    )
    .option('--build <tree>', 'build this kernel tree with make, then test it; may be repeated', collect)
    .addOption(
      new Option(
        '--in-container [image]',
        `run in a privileged container; the image needs Node (default: ${DEFAULT_IMAGE})`,
      )
        .argParser(named)
        .conflicts(['kernel', 'build']),
    )
    .option('--gdb', 'the guest waits for gdb before the kernel begins; while gdb holds it, no time-out runs')
    .option('--live', 'show what vitest prints in each guest as it comes');
  return addMachineOptions(command)
    .addHelpText('after', HELP)
    .addHelpText(
      'after',
      exitCodes({
        ok: 'every test passes on every kernel',
        difference: 'a test or a kernel fails, or warns with --fail-on-warning',
        usage: 'wrong usage',
        unable: 'this machine cannot run it',
      }),
    )
    .action(async (args: string[], given: TestOptions, command: Command) => {
      process.exitCode = await runSpecs(args, given, command);
    });
}

const HELP = `
Each kernel boots in QEMU (with KVM where that works), or as a program (um:,
User-Mode Linux), and vitest runs there. The guest has this machine's root file
system, read-only: what a spec writes is gone with the guest. All results are in
one report, a project for each kernel. Consoles, output and evidence are in
test-results/<kernel>/.

  hairpin test --kernel 6.1 --kernel ../linux -- specs/article --reporter=junit
  hairpin test --build ../linux --fail-on-warning -- specs/article
  hairpin test --kernel ../linux --gdb -- specs/mine.spec.ts
  hairpin test --in-container -- specs/article`;

/** @returns the exit code */
async function runSpecs(args: string[], given: TestOptions, command: Command): Promise<number> {
  const { kernel: words = [], build: trees = [], live, gdb, inContainer, ...options } = given;
  const root = process.cwd();
  const kernelCount = words.length + trees.length;
  if (kernelCount === 0)
    refuseMachineOptions(command, given, '--kernel or --build', ['kernel', 'build', 'inContainer']);
  if (inContainer !== undefined) return testInContainer(inContainer === true ? DEFAULT_IMAGE : inContainer, root, args);
  if (kernelCount === 0) return runVitest(root, ['run', ...args]);
  if (gdb && kernelCount > 1)
    command.error("error: option '--gdb' debugs one kernel: name one with --kernel or --build");
  const find = await locateKernels(words, trees);
  // Before they are built, which may take an hour.
  using _lock = lockResults(root);
  const kernels = await find();
  // Before the first boots: what it brings would be lost.
  for (const kernel of kernels) checkFits(kernel, { cpus: options.cpus, ...(gdb ? { gdb } : {}) });
  return await testOnKernels(root, kernels, args, { ...options, ...(live ? { live } : {}), ...(gdb ? { gdb } : {}) });
}

function waitsForDebugger(kernel: Kernel, socket: string): string {
  return `${kernel.name}: waits for gdb. In another terminal, in this folder:\n\n${debugHint(kernel, socket)}\n\n\`continue\` begins. While gdb holds the guest, no time-out runs`;
}

async function testOnKernels(root: string, kernels: readonly Kernel[], args: readonly string[], options: TestOptions) {
  const { testing, telling, blob } = splitArguments(args);
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
      ...(options.gdb ? { onDebugger: (socket) => say(waitsForDebugger(kernel, socket)) } : {}),
    });
    live?.end();
    say(`${kernel.name}: ${describeRun(run)}`);
    const failure = describeFailure(run) ?? (run.blob ? undefined : `vitest left no report:\n${run.output}`);
    if (failure) say(`\n${kernel.name}: ${failure}\n\nAll of it: ${relative(root, run.results)}/\n`);
    const warned = tellReports(kernel.name, run, options.failOnWarning);
    if (run.blob) reported.push(kernel.name);
    if (run.blob && target !== undefined) copies.push([run.blob, target]);
    // vitest may fail and yet report nothing that has failed, as of a threshold.
    failed ||= warned || failure !== undefined || (run.ending.kind === 'ended' && run.ending.exitCode !== 0);
  }
  const merged = reported.length > 0 ? await mergeReports(root, reported, telling) : EXIT.difference;
  // Behind the merge, which takes all that is in the blobs' folder: it may be the one that is named.
  for (const [from, target] of copies) copyBlob(from, target);
  return failed || merged !== 0 ? EXIT.difference : EXIT.ok;
}
