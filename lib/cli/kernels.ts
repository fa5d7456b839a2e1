import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { FEATURES_FILE } from '../kernel/features.ts';
import { aptKernels } from '../machines/apt-kernels.ts';
import { kernelsIn } from '../machines/kernel-folder.ts';
import { configFragment } from '../machines/kernel-options.ts';
import { runVitest } from '../machines/merge-reports.ts';
import { resultsFolder } from '../machines/test-on-kernel.ts';
import { EXIT } from './exit-codes.ts';
import { findKernels } from './machine-options.ts';

export function kernelsCommand(): Command {
  return new Command('kernels')
    .description('the kernels that --kernel can boot')
    .argument('[folder]', 'with a build, an unpacked package or images; without it, what apt has')
    .option('--json', 'print one array')
    .addHelpText(
      'after',
      `\nExit codes: ${EXIT.ok} some are there, ${EXIT.difference} there are none, ${EXIT.usage} wrong usage`,
    )
    .action(async (folder: string | undefined, { json }: { json?: boolean }) => {
      const kernels = folder === undefined ? await aptKernels() : kernelsIn(folder);
      process.stdout.write(json ? `${JSON.stringify(kernels, undefined, 2)}\n` : formatTable(kernels));
      process.exitCode = kernels.length > 0 ? EXIT.ok : EXIT.difference;
    })
    .addCommand(fetchCommand().exitOverride())
    .addCommand(configCommand().exitOverride());
}

function fetchCommand(): Command {
  return new Command('fetch')
    .description('fetch packages into the cache, for machines and namespaces without a network; prints the images')
    .argument('<version...>', 'as --kernel takes it')
    .action(async (versions: string[]) => {
      for (const { image } of await findKernels(versions)) process.stdout.write(`${image}\n`);
    });
}

function configCommand(): Command {
  return new Command('config')
    .description("the fragment of a kernel's .config that specs need, found by running them here")
    .argument('[specs...]', "vitest's arguments: the specs to run, all without them")
    .addHelpText(
      'after',
      `
What a spec asks the kernel for is noted when it is asked, so also what this kernel does not have. For a build:

  hairpin kernels config specs/article > hairpin.config
  scripts/kconfig/merge_config.sh -m .config hairpin.config && make olddefconfig

Exit codes: ${EXIT.ok} the fragment is complete, ${EXIT.difference} a spec failed, so it may lack something, ${EXIT.usage} wrong usage`,
    )
    .action(async (specs: string[]) => {
      const root = process.cwd();
      const file = join(resultsFolder(root), 'kernel-features.txt');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
      const failed = await runVitest(root, ['run', ...specs], { [FEATURES_FILE]: file }, ['ignore', 2, 2]);
      const features = new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean));
      process.stdout.write(configFragment([...features]));
      process.exitCode = failed === 0 ? EXIT.ok : EXIT.difference;
    });
}

/** Columns by the names of the things' own fields. */
function formatTable(things: readonly object[]): string {
  const [first] = things;
  if (!first) return 'There are none.\n';
  const lines = [Object.keys(first), ...things.map((each) => Object.values(each).map(show))];
  const widths = (lines[0] as string[]).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function show(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
