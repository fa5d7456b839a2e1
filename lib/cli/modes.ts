import { Command } from 'commander';
import { detectCapabilities } from '../lab/capabilities.ts';
import { addMacvlanPair, createLab, type MacvlanMode } from '../lab/index.ts';
import { allPairModes, expectedOfPair, type PairModes, pairQuestions } from '../model/macvlan-pair.ts';
import { observePair } from '../probes/observe-pair.ts';
import { quietIn } from '../trace/quiescence.ts';
import { EXIT, exitCodes } from './exit-codes.ts';
import { inOwnNamespaces } from './in-own-namespaces.ts';
import { diffModes, modesOnKernels } from './modes-on-kernels.ts';
import { type CountedRow, formatModes } from './modes-table.ts';
import { collect } from './named.ts';
import { print, printJson, showProgress } from './print.ts';

interface ModesOptions {
  json?: boolean;
  kernel?: string[];
  diff?: boolean;
}

export function modesCommand(): Command {
  return new Command('modes')
    .description("prints the truth table of macvlan's modes, observed on this kernel and compared with the model")
    .option('--json', 'print one array of all rows')
    .option('--kernel <kernel>', 'ask another kernel, as for hairpin test; may be repeated', collect)
    .option('--diff', 'only what the kernels answer differently (with two or more of --kernel)')
    .addHelpText(
      'after',
      `
Who hears whom: two macvlans (ns1, ns2) on one parent (host), behind a switch
with two more machines (gateway, neighbour), for every mode and mix of modes,
with the switch port's hairpin off and on. A difference between kernel and model
is marked with "!", listed below the table, and makes the exit code
${EXIT.difference}.`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'kernel and model agree',
        difference: 'they differ',
        usage: 'wrong usage',
        unable: 'this machine cannot run it',
      }),
    )
    .action(async ({ json, kernel, diff }: ModesOptions, command: Command) => {
      if (diff && (kernel ?? []).length < 2) command.error("error: option '--diff' needs two or more of --kernel");
      if (kernel) {
        process.exitCode = await (diff ? diffModes(kernel) : modesOnKernels(kernel, json ? ['--json'] : []));
        return;
      }
      const elsewhere = inOwnNamespaces();
      if (elsewhere !== undefined) {
        process.exitCode = elsewhere;
        return;
      }
      await requireCapabilities();
      const rows = await observeAllModes((done, all) =>
        showProgress(done === all ? '' : `observing ${done} of ${all} pairs`),
      );
      const differ = rows.some(({ copies, expectedCopies }) => copies !== expectedCopies);
      if (json) printJson(toJson(rows));
      else print(formatModes(rows));
      process.exitCode = differ ? EXIT.difference : EXIT.ok;
    });
}

/** Builds every pair, all at once, and asks everything of each. Rows come in the order of {@link allPairModes}. */
async function observeAllModes(onProgress: (done: number, all: number) => void): Promise<CountedRow[]> {
  const all = allPairModes();
  let done = 0;
  const rows = await Promise.all(
    all.map(async (modes) => {
      const rowsOfPair = await observeModes(modes);
      onProgress(++done, all.length);
      return rowsOfPair;
    }),
  );
  return rows.flat();
}

async function observeModes(modes: PairModes): Promise<CountedRow[]> {
  await using lab = createLab();
  const { ns1, ns2, hairpin } = modes;
  const pair = addMacvlanPair(lab, {
    hairpin,
    ...(ns2 === null ? { mode: ns1 } : { modes: [ns1, ns2] as [MacvlanMode, MacvlanMode] }),
  });
  const observations = await observePair(
    pair,
    (question) => expectedOfPair(modes, question),
    (of) => quietIn(lab, of),
  );
  return pairQuestions(modes).map((question) => {
    const { from, to, kind } = question;
    const observed = observations.find((each) => each.from === from && each.to === to && each.kind === kind);
    if (!observed) throw new Error(`nothing was observed of ${from} to ${to}, ${kind}`);
    const expectedCopies = expectedOfPair(modes, question);
    const { copies } = observed;
    return { ...modes, from, to, kind, delivered: copies > 0, copies, expected: expectedCopies > 0, expectedCopies };
  });
}

async function requireCapabilities(): Promise<void> {
  const missing = (await detectCapabilities()).filter(({ available, optional }) => !available && !optional);
  if (missing.length > 0) throw new Error(`${missing.map(({ reason }) => reason).join('; ')}. See: hairpin doctor`);
}

/** One line a row, so that two kernels' tables can be compared with diff. */
function toJson(rows: CountedRow[]): string {
  return `[\n${rows.map(({ expectedCopies, ...row }) => `  ${JSON.stringify(row)}`).join(',\n')}\n]`;
}
