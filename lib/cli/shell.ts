import { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import { named } from './machine-options.ts';
import { say } from './print.ts';

export function shellCommand(): Command {
  return new Command('shell')
    .description('runs specs, and holds each test at its end for a look into its network')
    .argument('<specs...>', 'spec files, or parts of their paths; behind -- arguments of vitest run')
    .option('-t, --testNamePattern <pattern>', 'only the tests whose names match', named)
    .addHelpText(
      'after',
      `
Draws the network of a test at its end, or where it calls lab.pause(), with its failure, and waits for commands:

  ns1                 a shell in the namespace ns1; exit comes back
  ns1 ping 10.0.0.2   a program there
  draw [addresses]    the network as it is now
  continue            go on with the test (also Ctrl+D)
  quit                go on, and hold on no more

Time-outs are off, but for those that a test names itself. Without a terminal it prints how another one enters each
namespace.

Exit codes: ${EXIT.ok} the tests pass, ${EXIT.difference} one fails, ${EXIT.usage} wrong usage, or no test`,
    )
    .action(async (specs: string[], { testNamePattern }: { testNamePattern?: string }) => {
      // Loaded here: vitest is an optional peer, which few commands need.
      const { heldTests } = await import('../shell/held-tests.ts');
      const run = await heldTests([...specs, ...(testNamePattern === undefined ? [] : ['-t', testNamePattern])]);
      const misuse = 'misuse' in run ? run.misuse : run.ran === 0 && !run.failed ? 'no test was run' : undefined;
      if (misuse !== undefined) say(`hairpin shell: ${misuse}`);
      process.exitCode = misuse !== undefined ? EXIT.usage : 'failed' in run && run.failed ? EXIT.difference : EXIT.ok;
    });
}
