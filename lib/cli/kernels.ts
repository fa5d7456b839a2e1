import { readFileSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { alignColumns } from '../base/align-columns.ts';
import { show, UsageError } from '../base/validate.ts';
import { FEATURES_FILE } from '../kernel/features.ts';
import { aptKernels } from '../machines/apt-kernels.ts';
import { configFragment } from '../machines/config-fragment.ts';
import { kernelsIn, LOOKED_FOR } from '../machines/kernel-folder.ts';
import { runVitest } from '../machines/merge-reports.ts';
import { placeIn, resultsFolder } from '../report/results.ts';
import { makeFolder, replaceFile } from '../report/write-file.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { helpCommand } from './help.ts';
import { findKernels } from './machine-options.ts';
import { collect, named } from './named.ts';
import { print, printJson, say } from './print.ts';

export function kernelsCommand(): Command {
  const command = new Command('kernels');
  return command
    .description('lists the kernels that --kernel can boot')
    .argument(
      '[folder]',
      'a folder with a build, an unpacked package or images; without it, the packages of apt',
      named,
    )
    .option('--json', 'print one array')
    .addHelpText(
      'after',
      exitCodes({ ok: 'listed', difference: 'there are none', usage: 'wrong usage', unable: 'they cannot be read' }),
    )
    .action(async (folder: string | undefined, { json }: { json?: boolean }) => {
      if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new UsageError(`kernels: there is no folder ${show(folder)}; without one it lists the packages of apt`);
      const kernels = folder === undefined ? await aptKernels() : kernelsIn(folder);
      const none = folder === undefined ? 'apt has no package linux-image-… (try apt-get update)' : LOOKED_FOR;
      if (json) printJson(JSON.stringify(kernels, undefined, 2));
      else print(formatTable(kernels, none));
      process.exitCode = kernels.length > 0 ? EXIT.ok : EXIT.difference;
    })
    .addCommand(fetchCommand().exitOverride())
    .addCommand(configCommand().exitOverride())
    .helpCommand(false)
    .addCommand(helpCommand(command).exitOverride());
}

function fetchCommand(): Command {
  return new Command('fetch')
    .description('fetch packages into the cache, for machines and namespaces without a network; prints the images')
    .argument('<version...>', 'as --kernel takes it', collect)
    .addHelpText(
      'after',
      exitCodes({
        ok: 'all are there',
        usage: 'wrong usage, or there is no such kernel',
        unable: 'one cannot be fetched',
      }),
    )
    .action(async (versions: string[]) => {
      for (const { image } of await findKernels(versions, 'version')) print(`${image}\n`);
    });
}

function configCommand(): Command {
  return new Command('config')
    .description("prints the fragment of a kernel's .config that specs need: runs them here")
    .argument('[specs...]', "vitest's arguments, such as the specs to run; without any, all specs")
    .addHelpText(
      'after',
      `
It notes what the specs ask the kernel for, even if this kernel refuses it. For
a build:

  hairpin kernels config specs/article > hairpin.config
  scripts/kconfig/merge_config.sh -m .config hairpin.config && make olddefconfig`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'the fragment is complete',
        difference: 'a spec failed, so it may lack something, or none ran',
        usage: 'wrong usage',
      }),
    )
    .action(async (specs: string[]) => {
      const root = process.cwd();
      const file = placeIn(resultsFolder(root), 'kernel-features.txt');
      makeFolder(resultsFolder(root));
      replaceFile(file, '');
      const failed = await runVitest(root, ['run', ...specs], { [FEATURES_FILE]: file }, ['ignore', 2, 2]);
      const features = new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean));
      if (features.size === 0) {
        say(
          `hairpin kernels config: no spec of ${specs.map(show).join(', ') || 'the project'} has asked the kernel for anything`,
        );
        process.exitCode = EXIT.difference;
        return;
      }
      print(configFragment([...features]));
      process.exitCode = failed === 0 ? EXIT.ok : EXIT.difference;
    });
}

/** Columns by the names of the things' own fields. */
function formatTable(things: readonly object[], none: string): string {
  const [first] = things;
  if (!first) return `There are none: ${none}.\n`;
  const lines = [Object.keys(first), ...things.map((each) => Object.values(each).map(cellOf))];
  return `${alignColumns(lines).join('\n')}\n`;
}

function cellOf(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
