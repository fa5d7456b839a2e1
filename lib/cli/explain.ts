import { Command } from 'commander';
import { failureReport, failuresAt, keptFailures } from '../report/failure/read-failure.ts';
import { exitCodes } from './exit-codes.ts';
import { print, say } from './print.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description('prints the failures of tests again, from their files')
    .argument('[tests...]', 'folders in test-results, or their failure.json; without any, all of test-results')
    .addHelpText(
      'after',
      `
Prints what the assertion said when it failed. It reads the failure.json of the
test's folder. That file has the failure as data, for CI bots and coding agents:
hairpin/schemas/failure.json is its JSON Schema.

  hairpin explain test-results/office.test.ts-fails`,
    )
    .addHelpText(
      'after',
      exitCodes({ ok: 'printed, or there is no failure', usage: 'wrong usage, or no failure in such a folder' }),
    )
    .action((paths: string[]) => {
      const failures = paths.length > 0 ? paths.flatMap(failuresAt) : keptFailures(process.cwd());
      if (failures.length === 0) say('hairpin explain: test-results has no failure of an assertion');
      else print(failures.map(failureReport).join('\n'));
    });
}
