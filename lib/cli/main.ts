#!/usr/bin/env node
import './needs-node.ts';

import { Command } from 'commander';
import { ownPackage } from '../init/own-package.ts';
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
import { recordCommand } from './record.ts';
import { runProgram } from './run-program.ts';
import { shellCommand } from './shell.ts';
import { showReportCommand } from './show-report.ts';
import { testCommand } from './test.ts';

const program = new Command('hairpin')
  .description('Playwright for Linux networks: a network of namespaces for every test, in milliseconds.')
  .version(ownPackage().version)
  .addHelpText(
    'after',
    `\nExit codes: ${EXIT.ok} success, ${EXIT.difference} a difference, a failure, or something missing, ${EXIT.usage} wrong usage, ${EXIT.unable} this machine cannot run it`,
  );
const commands = [
  initCommand(),
  testCommand(),
  modesCommand(),
  mutateCommand(),
  graphCommand(),
  shellCommand(),
  showReportCommand(),
  recordCommand(),
  explainCommand(),
  kernelsCommand(),
  bisectCommand(),
  checkSwitchCommand(),
  doctorCommand(),
];
for (const command of commands) program.addCommand(command.exitOverride());
program.helpCommand(false).addCommand(helpCommand(program).exitOverride());

await runProgram(program);
