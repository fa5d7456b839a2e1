import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Report } from './measure.ts';
import { listCases } from './networkd/cases.ts';
import { fetchSources } from './networkd/fetch-sources.ts';
import { runCase, type Verdict } from './networkd/run-case.ts';
import { carryingKinds, markdownOf } from './networkd/table.ts';

export interface NetworkdOptions {
  /** The folder of systemd's sources; empty for those that apt fetches. */
  sources: string;
  /** Only the cases of these names. @default all */
  scripts?: readonly string[] | undefined;
  /** Files with the JSON of earlier runs, which are told together in place of a run. */
  merge?: readonly string[] | undefined;
  /** No case begins after so many minutes. */
  minutes?: number | undefined;
  progress: (line: string) => void;
}

/** So many at a time: they wait for timers more than they compute. */
const LANES = 4;

/** The files of systemd-networkd's own tests: is each applied, and does a packet pass what it makes? */
export async function networkd(options: NetworkdOptions): Promise<Report> {
  if (options.merge) return reportOf(merged(options.merge));
  if (options.sources !== '') return judge(options);
  const fetched = fetchSources();
  try {
    return await judge({ ...options, sources: fetched });
  } finally {
    rmSync(dirname(fetched), { recursive: true });
  }
}

async function judge(options: NetworkdOptions): Promise<Report> {
  const { sources, scripts, minutes = Number.POSITIVE_INFINITY, progress } = options;
  const until = performance.now() + minutes * 60_000;
  const all = listCases(sources);
  const cases = scripts?.flatMap((script) => all.filter(({ name }) => name === script)) ?? all;
  const verdicts: Verdict[] = [];
  const broken: string[] = [];
  const waiting = [...cases];
  const work = async () => {
    while (performance.now() < until) {
      const each = waiting.shift();
      if (!each) return;
      const started = performance.now();
      const some = await runCase(each).catch((error: Error) => {
        broken.push(`Broken: ${each.name}: ${error.message}`);
        return [];
      });
      verdicts.push(...some);
      progress(`  ${each.name}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${waiting.length} to go`);
      for (const { file, applied, carries } of some) progress(`    ${file}: ${applied}, ${carries}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  const done = new Set(verdicts.map((each) => each.case));
  const left = cases.filter(({ name, judged }) => judged.size > 0 && !done.has(name));
  const unasked =
    left.length > broken.length ? [`Not run within ${minutes} minutes, or broken: ${namesOf(left)}.`] : [];
  return { ...reportOf(verdicts, [...broken, ...unasked]), wrong: broken.length };
}

function reportOf(verdicts: readonly Verdict[], notes: readonly string[] = []): Report {
  const count = (what: (verdict: Verdict) => boolean) => verdicts.filter(what).length;
  const kinds = carryingKinds(verdicts);
  const refused = verdicts.filter(({ applied }) => applied !== true && applied !== 'configuring');
  const cases = [...new Set(refused.map((each) => each.case))].join(',');
  return {
    title: "The files of systemd-networkd's own tests",
    notes: [
      `${verdicts.length} files, ${count(({ applied }) => applied === true)} applied, ${count(({ carries }) => carries === true)} with traffic.`,
      `${kinds.length} kinds with traffic: ${kinds.join(', ')}.`,
      ...(cases === '' ? [] : [`Not all applied, as another kernel may have it: --scripts ${cases}`]),
      ...notes,
    ],
    figures: [],
    markdown: markdownOf(verdicts),
    data: verdicts,
  };
}

function namesOf(cases: readonly { name: string }[]): string {
  return cases.map(({ name }) => name).join(', ');
}

/** Of each file what the last run says that could apply it, or the last of all. */
function merged(files: readonly string[]): Verdict[] {
  const all = files.flatMap((file): Verdict[] => JSON.parse(readFileSync(file, 'utf8')).reports.networkd.data);
  const byFile = Map.groupBy(all, ({ file }) => file);
  return [...byFile.values()].map(
    (some) => (some.findLast(({ applied }) => applied === true) ?? some.at(-1)) as Verdict,
  );
}
