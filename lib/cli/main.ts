#!/usr/bin/env node
import './needs-node.ts';

import { Command } from 'commander';
import { ownPackage } from '../init/own-package.ts';
import { exitCodes } from './exit-codes.ts';
import { helpCommand } from './help.ts';
import { runProgram } from './run-program.ts';

/** In the order of the help. Each is loaded when it is needed: all of them together take half a second. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  init: async () => (await import('./init.ts')).initCommand(),
  test: async () => (await import('./test.ts')).testCommand(),
  modes: async () => (await import('./modes.ts')).modesCommand(),
  mutate: async () => (await import('./mutate.ts')).mutateCommand(),
  graph: async () => (await import('./graph.ts')).graphCommand(),
  shell: async () => (await import('./shell.ts')).shellCommand(),
  'show-report': async () => (await import('./show-report.ts')).showReportCommand(),
  record: async () => (await import('./record.ts')).recordCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  kernels: async () => (await import('./kernels.ts')).kernelsCommand(),
  bisect: async () => (await import('./bisect.ts')).bisectCommand(),
  'check-switch': async () => (await import('./check-switch.ts')).checkSwitchCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
};

const program = new Command('hairpin')
  .description('Playwright for Linux networks: a network of namespaces for every test, in milliseconds.')
  .version(ownPackage().version)
  .addHelpText(
    'after',
    exitCodes({
      ok: 'success',
      difference: 'a difference, a failure, or something missing',
      usage: 'wrong usage',
      unable: 'this machine cannot run it',
    }),
  );
const named = Object.entries(COMMANDS).filter(([name]) => name === process.argv[2]);
// The help, and the answer to a word that is no command, name them all.
for (const [, load] of named.length > 0 ? named : Object.entries(COMMANDS))
  program.addCommand((await load()).exitOverride());
program.helpCommand(false).addCommand(helpCommand(program).exitOverride());

await runProgram(program);
