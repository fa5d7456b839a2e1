import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { show, UsageError } from '../base/validate.ts';
import { CI_SYSTEMS, type CiSystem, initProject } from '../init/init-project.ts';
import type { ProjectDependencies } from '../init/own-package.ts';
import type { Step } from '../init/step.ts';
import { quote } from '../report/script/shell-words.ts';
import { makeFolder } from '../report/write-file.ts';
import { exitCodes } from './exit-codes.ts';
import { named } from './named.ts';
import { print } from './print.ts';

/** @param asked what a project asks for, where the program is not hairpin's own */
export function initCommand(asked?: ProjectDependencies): Command {
  return new Command('init')
    .description('writes a project with a first spec, in an empty folder or an existing project')
    .argument('[folder]', 'the project; made if it does not exist', named, '.')
    .addOption(new Option('--ci <system>', 'also write the job that runs the specs there').choices(CI_SYSTEMS))
    .addHelpText(
      'after',
      `
Writes package.json, vitest.config.ts, tsconfig.json, a spec and .gitignore. A
setting keeps npm, pnpm or yarn from running koffi's install script, which is
not needed. Existing files keep what they have: hairpin init says what to add by
hand. It finds out whether you use npm, pnpm or yarn: by packageManager in
package.json, by the lockfile, or by what started it.`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'written',
        usage: 'wrong usage, or a package.json that is not JSON',
        unable: 'a file cannot be written',
      }),
    )
    .action((word: string, { ci }: { ci?: CiSystem }) => {
      const folder = resolve(word);
      const there = statSync(folder, { throwIfNoEntry: false });
      if (there && !there.isDirectory()) throw new UsageError(`init: ${show(word)} is a file, not a folder`);
      if (!there) makeFolder(folder);
      const { steps, next } = initProject(folder, ci, asked);
      const enter = folder === process.cwd() ? '' : `cd ${quote(word)} && `;
      print(`${steps.map(stepText).join('\n')}\n\nNext: ${enter}${next}\n`);
    });
}

function stepText({ file, did, what, byHand = [] }: Step): string {
  const line = `${did.padEnd('added to'.length)}  ${file}${what ? ` (${what})` : ''}`;
  return byHand.length > 0 ? [`${line}; add by hand:`, ...byHand.map((each) => `    ${each}`)].join('\n') : line;
}
