import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { BLOBS, folderIn, freshFolderIn, placeIn, resultsFolder } from '../report/results.ts';
import { MACHINE, PATIENCE } from '../report/runs/project-name.ts';
import { CONSOLE } from '../report/runs/running-tests.ts';
import { makeFolder, replaceFile } from '../report/write-file.ts';
import { guestEnvironment } from './guest-environment.ts';
import type { Kernel } from './kernel.ts';
import { chooseEngine, runInMachine } from './machine.ts';
import type { MachineRun, MachineTask } from './machine-run.ts';
import { vitestCommand } from './vitest-program.ts';

export interface KernelTestOptions
  extends Pick<
    MachineTask,
    'bootWithin' | 'within' | 'memory' | 'cpus' | 'append' | 'failOnWarning' | 'shares' | 'onOutput' | 'onDebugger'
  > {
  /** The project's root. */
  root: string;
  /** vitest's arguments, without those on reporters. */
  args: readonly string[];
  /** Whether its report is to be merged elsewhere, too: a label tells it from others there (`VITEST_BLOB_LABEL`). */
  labelled?: boolean;
}

export interface KernelTestRun extends MachineRun {
  kernel: Kernel;
  /** The folder with all that it left: console, output, evidence. */
  results: string;
  /** vitest's report, to be merged; none when it did not get so far. */
  blob?: string;
}

/** Programs take ten to twenty times as long where each instruction is translated, and calls into the kernel where it is a program. */
const SLOW_PATIENCE = '10';

/** Runs a project's vitest on a kernel. Its results are in `test-results/<kernel>`, its report beside those of others. */
export async function testOnKernel(kernel: Kernel, options: KernelTestOptions): Promise<KernelTestRun> {
  const { root, args, labelled = false, ...machine } = options;
  const { VITEST_BLOB_LABEL: outer } = process.env;
  const label = labelled ? { VITEST_BLOB_LABEL: [...(outer ? [outer] : []), kernel.name].join('-') } : {};
  const results = freshFolderIn(resultsFolder(root), kernel.name);
  const report = join(results, 'blob.json');
  const run = await runInMachine(kernel, {
    ...machine,
    results,
    cwd: root,
    env: guestEnvironment({
      ...{ [MACHINE]: kernel.name, [CONSOLE]: '/dev/kmsg', NO_COLOR: '1' },
      ...(await guestPatience(kernel)),
      ...label,
    }),
    command: [
      ...[...vitestCommand(root), 'run', ...args],
      ...['--reporter=default', '--reporter=blob', `--outputFile.blob=${report}`],
    ],
  });
  return { ...run, kernel, results, ...(existsSync(report) ? { blob: keepBlob(root, kernel, report) } : {}) };
}

/** For the environment of vitest in a guest: how many times longer its tests may take. */
export async function guestPatience(kernel: Kernel): Promise<Record<string, string>> {
  return { [PATIENCE]: (await chooseEngine(kernel)) === 'kvm' ? '1' : SLOW_PATIENCE };
}

/**
 * Where `--outputFile.blob` wants a kernel's blob: of several kernels each under a name of its own, `blobs/1-6.1.0-56.json`.
 * What an earlier run has left there is taken away.
 */
export function blobTarget(root: string, kernel: Kernel, wanted: string, isOnly: boolean): string {
  const { dir, name, ext } = parse(resolve(root, wanted));
  const target = placeIn(dir, `${name}${isOnly ? '' : `-${kernel.name}`}${ext}`);
  rmSync(target, { force: true });
  return target;
}

export function copyBlob(blob: string, target: string): void {
  makeFolder(dirname(target));
  replaceFile(target, readFileSync(blob));
}

function keepBlob(root: string, { name }: Kernel, report: string): string {
  const blob = placeIn(folderIn(resultsFolder(root), BLOBS), `${name}.json`);
  renameSync(report, blob);
  return blob;
}
