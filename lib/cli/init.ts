import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { CI_SYSTEMS, type CiSystem, initProject } from '../init/init-project.ts';
import type { ProjectDependencies } from '../init/own-package.ts';
import type { Step } from '../init/step.ts';
import { show, UsageError } from '../kernel/validate.ts';
import { quote } from '../report/shell-words.ts';
import { makeFolder } from '../report/write-file.ts';
import { EXIT } from './exit-codes.ts';
import { named } from './named.ts';
import { print } from './print.ts';

/** @param asked what a project asks for, where the program is not hairpin's own */
export function initCommand(asked?: ProjectDependencies): Command {
  return new Command('init')
    .description('a project with a first spec, in an empty folder or in a project that is there')
    .argument('[folder]', 'made if there is none', named, '.')
    .addOption(new Option('--ci <system>', 'also the job that runs the specs there').choices(CI_SYSTEMS))
    .addHelpText(
      'after',
      `
Writes package.json, vitest.config.ts, tsconfig.json, a spec and .gitignore, and a setting by which npm, pnpm or yarn
does not run koffi's install script, which is not needed. What is there stays as it is; hairpin init says then what to add
by hand. npm, pnpm or yarn is found by packageManager in package.json, by the lockfile, or by who has started hairpin.

Exit codes: ${EXIT.ok} written, ${EXIT.usage} wrong usage, or a package.json that is not JSON, ${EXIT.unable} a file cannot be written`,
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
