import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findKernels } from '../lib/cli/machine-options.ts';
import { describeFailure, describeRun } from '../lib/machines/describe-run.ts';
import { guestEnvironment } from '../lib/machines/guest-environment.ts';
import { runInMachine } from '../lib/machines/machine.ts';
import { guestPatience } from '../lib/machines/test-on-kernel.ts';
import { folderIn, resultsFolder } from '../lib/report/results.ts';

const OUTPUT = 'bench.txt';
/** For everything, in milliseconds. */
const WITHIN = 90 * 60_000;

/**
 * Runs these benchmarks on another kernel, in QEMU with this machine's root, and prints what they print there.
 *
 * @param word as for `hairpin test --kernel`
 * @returns the exit code
 * @throws Error when the kernel does not boot, panics, or has not ended after 90 minutes
 */
export async function benchOnKernel(
  word: string,
  args: readonly string[],
  progress: (line: string) => void,
): Promise<number> {
  const [kernel] = await findKernels([word]);
  if (!kernel) throw new Error(`there is no kernel ${word}`);
  progress(`${kernel.name}: booting`);
  const results = folderIn(resultsFolder(process.cwd()), kernel.name);
  const run = await runInMachine(kernel, {
    command: [process.execPath, ...process.execArgv, process.argv[1] as string, ...args],
    results,
    cwd: process.cwd(),
    env: guestEnvironment({ NO_COLOR: '1', ...(await guestPatience(kernel)) }),
    stdout: OUTPUT,
    within: WITHIN,
    onOutput: (text) => process.stderr.write(text),
  });
  progress(`${kernel.name}: ${describeRun(run)}`);
  const failure = describeFailure(run);
  if (failure !== undefined || run.ending.kind !== 'ended') throw new Error(`${kernel.name}: ${failure}`);
  console.log(readFileSync(join(results, OUTPUT), 'utf8'));
  return run.ending.exitCode;
}
