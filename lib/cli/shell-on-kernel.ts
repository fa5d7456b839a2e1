import { relative } from 'node:path';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { LONGEST_TIMER } from '../base/validate.ts';
import { describeFailure } from '../machines/describe-run.ts';
import { guestEnvironment } from '../machines/guest-environment.ts';
import type { Kernel } from '../machines/kernel.ts';
import { lockResults } from '../machines/lock-results.ts';
import { runInMachine } from '../machines/machine.ts';
import { guestPatience } from '../machines/test-on-kernel.ts';
import { freshFolderIn, resultsFolder } from '../report/results.ts';
import { MACHINE } from '../report/runs/project-name.ts';
import { CONSOLE } from '../report/runs/running-tests.ts';
import { SHOW_CURSOR } from '../shell/terminal.ts';
import { EXIT } from './exit-codes.ts';
import { findKernels, type MachineOptions, machineTask } from './machine-options.ts';
import { draw, say } from './print.ts';
import { tellReports } from './tell-reports.ts';

/** Ctrl+], as telnet and `virsh console` have it. */
const LEAVE = 0x1d;

/**
 * This terminal in a guest: `hairpin shell` with its specs there, or a prompt where there are none.
 *
 * @returns the exit code
 */
export async function shellOnKernel(
  command: Command,
  word: string,
  specs: readonly string[],
  options: MachineOptions,
): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    command.error(
      "error: option '--kernel <kernel>' needs a terminal, but standard input or output is not one. To run without a terminal: hairpin test --kernel",
    );
  const [kernel] = (await findKernels([word])) as [Kernel];
  const root = process.cwd();
  using _lock = lockResults(root);
  const results = freshFolderIn(resultsFolder(root), kernel.name);
  say(`${kernel.name}: booting. Once it is up, Ctrl+] ends it`);
  const task = machineTask(options);
  using relay = relayTerminal();
  const run = await runInMachine(kernel, {
    // Who types takes their time.
    ...{ ...task, within: task.within ?? LONGEST_TIMER, results, cwd: root },
    env: guestEnvironment({ [MACHINE]: kernel.name, [CONSOLE]: '/dev/kmsg', ...(await guestPatience(kernel)) }),
    command: specs.length > 0 ? ownCommand(...shellArguments(specs)) : [process.env['SHELL'] ?? 'sh'],
    onOutput: draw,
    terminal: { rows: process.stdout.rows || 24, columns: process.stdout.columns || 80, begin: relay.begin },
  });
  const failure = describeFailure(run);
  if (failure) say(`\n${kernel.name}: ${failure}\n\nAll of it: ${relative(root, results)}/`);
  if (tellReports(kernel.name, run, options.failOnWarning) || failure) return EXIT.difference;
  // What a shell ends with is what its last command did.
  if (specs.length === 0) return EXIT.ok;
  return run.ending.kind === 'ended' ? run.ending.exitCode : EXIT.difference;
}

/** Of `hairpin shell` in the guest: commander has taken out the `--` that parts the specs from vitest's options. */
export function shellArguments(specs: readonly string[]): string[] {
  return ['shell', '--', ...specs];
}

/** This program, as it was started. */
function ownCommand(...args: string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] as string, ...args];
}

/** Every key that is typed from the guest's first word on is the guest's. Until then Ctrl+C is for this program. */
function relayTerminal(): { begin: (line: Writable, leave: () => void) => void } & Disposable {
  const { stdin } = process;
  return {
    begin: (line, leave) => {
      // What is typed while the machine ends is lost.
      line.on('error', () => {});
      stdin.setRawMode(true).on('data', (bytes: Buffer) => {
        if (bytes.includes(LEAVE)) leave();
        else line.write(bytes);
      });
    },
    [Symbol.dispose]: () => {
      stdin.setRawMode(false).removeAllListeners('data').pause();
      // vitest hides it while tests run, and may have been ended in the midst of them.
      draw(SHOW_CURSOR);
    },
  };
}
