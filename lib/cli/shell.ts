import { Command } from 'commander';
import { COMMAND_HELP } from '../shell/command-help.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { addMachineOptions, type MachineOptions, refuseMachineOptions } from './machine-options.ts';
import { named } from './named.ts';
import { say } from './print.ts';
import { shellOnKernel } from './shell-on-kernel.ts';

const NO_SPECS = "error: missing required argument 'specs'";
const MISSING = { code: 'commander.missingArgument' };

interface ShellOptions extends MachineOptions {
  kernel?: string;
  testNamePattern?: string;
}

export function shellCommand(): Command {
  const command = new Command('shell')
    .description('runs specs, and holds each test at its end, so that you can look into its network')
    .argument('[specs...]', 'spec files, or parts of their paths; after -- arguments of vitest run')
    .option('-t, --testNamePattern <pattern>', 'only the tests whose names match', named)
    .option(
      '--kernel <kernel>',
      'run them in a guest, as hairpin test --kernel does; without specs, open a prompt there',
      named,
    );
  return addMachineOptions(command)
    .addHelpText(
      'after',
      `
Draws the network of a test at its end, or where it calls lab.pause(), with its
failure, and waits for commands:
${COMMAND_HELP}
Time-outs are off, except those that a test sets itself. Without a terminal it
prints how to enter each namespace from another one. --kernel needs a terminal.
Ctrl+] ends the guest.

  hairpin shell office.test.ts
  hairpin shell --kernel 6.1 office.test.ts
  hairpin shell --kernel 6.1`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'the tests pass',
        difference: 'a test or the kernel fails',
        usage: 'wrong usage, or no test',
        unable: 'this machine cannot run it',
      }),
    )
    .action(async (specs: string[], given: ShellOptions, command: Command) => {
      const { testNamePattern, kernel: word, ...options } = given;
      const words = [...specs, ...(testNamePattern === undefined ? [] : ['-t', testNamePattern])];
      if (specs.length === 0 && testNamePattern !== undefined) command.error(NO_SPECS, MISSING);
      if (word !== undefined) {
        process.exitCode = await shellOnKernel(command, word, words, options);
        return;
      }
      refuseMachineOptions(command, given, '--kernel', ['kernel', 'testNamePattern']);
      if (specs.length === 0) command.error(NO_SPECS, MISSING);
      // Loaded here: vitest is an optional peer, which few commands need.
      const { heldTests } = await import('../shell/held-tests.ts');
      const run = await heldTests(words);
      const misuse = 'misuse' in run ? run.misuse : run.ran === 0 && !run.failed ? 'no test was run' : undefined;
      if (misuse !== undefined) say(`hairpin shell: ${misuse}`);
      process.exitCode = misuse !== undefined ? EXIT.usage : 'failed' in run && run.failed ? EXIT.difference : EXIT.ok;
    });
}
