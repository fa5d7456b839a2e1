#!/usr/bin/env node
import './needs-node.ts';

import { Command, CommanderError } from 'commander';
import { ownPackage } from '../init/own-package.ts';
import { UsageError } from '../lab/index.ts';
import { bisectCommand } from './bisect.ts';
import { checkSwitchCommand } from './check-switch.ts';
import { doctorCommand } from './doctor.ts';
import { EXIT } from './exit-codes.ts';
import { explainCommand } from './explain.ts';
import { graphCommand } from './graph.ts';
import { helpCommand } from './help.ts';
import { initCommand } from './init.ts';
import { kernelsCommand } from './kernels.ts';
import { modesCommand } from './modes.ts';
import { mutateCommand } from './mutate.ts';
import { say } from './print.ts';
import { shellCommand } from './shell.ts';
import { testCommand } from './test.ts';

const program = new Command('hairpin')
  .description('Playwright for Linux networks: a network of namespaces for every test, in milliseconds.')
  .version(ownPackage().version)
  .exitOverride()
  .showHelpAfterError('(see --help)')
  .addHelpText(
    'after',
    `\nExit codes: ${EXIT.ok} well, ${EXIT.difference} a difference or something missing, ${EXIT.usage} wrong usage, ${EXIT.unable} this machine cannot run it`,
  );
const commands = [
  initCommand(),
  testCommand(),
  modesCommand(),
  mutateCommand(),
  graphCommand(),
  shellCommand(),
  explainCommand(),
  kernelsCommand(),
  bisectCommand(),
  checkSwitchCommand(),
  doctorCommand(),
];
for (const command of commands) program.addCommand(command.exitOverride());
program.helpCommand(false).addCommand(helpCommand(program).exitOverride());

// `hairpin modes | head` is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    say(`hairpin: ${error instanceof Error ? error.message : error}`);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.unable;
  }
}
