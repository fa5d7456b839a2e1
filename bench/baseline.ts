import { readFileSync, writeFileSync } from 'node:fs';
import { UsageError } from '../lib/base/validate.ts';
import { checkRatios, LIMIT, MEASUREMENTS, recordRatios } from './check.ts';
import { type Baseline, parseBaseline, type Ratios } from './ratios.ts';

interface Run {
  file: string;
  /** The benchmarks that the command names. */
  named: readonly string[];
  measure: (benchmark: string) => Promise<Ratios>;
  progress: (line: string) => void;
}

/**
 * `--check`: compares what is measured with the file.
 *
 * @returns whether no ratio is worse
 * @throws UsageError when there is nothing to compare with
 */
export async function checkBaseline({ file, named, measure, progress, quick }: Run & { quick: boolean }) {
  const baseline = readBaseline(file);
  const unknown = named.find((name) => !(name in baseline));
  if (unknown !== undefined)
    throw new UsageError(`--check: ${file} has no ratio of ${unknown}: npm run bench -- --record ${unknown}`);
  const names = named.length > 0 ? named : Object.keys(baseline);
  const worse: string[] = [];
  let compared = 0;
  for (const benchmark of names) {
    const ratios = baseline[benchmark] ?? {};
    const verdict = await checkRatios({
      ...{ benchmark, baseline: ratios, quick, progress },
      measure: () => measure(benchmark),
    });
    for (const line of [...verdict.lines, ...verdict.notes]) console.log(line);
    worse.push(...verdict.worse);
    compared += verdict.lines.length;
  }
  // Where nothing was compared, nothing is known.
  if (compared === 0 && worse.length === 0) throw new UsageError(`--check: no ratio of ${file} was measured`);
  for (const line of worse) console.log(`\n${line}`);
  if (worse.length === 0)
    console.log(`\nNone of ${compared} ratios is more than ${Math.round((LIMIT - 1) * 100)} % above the recorded one.`);
  return worse.length === 0;
}

/** `--record`: measures each benchmark several times, and writes the middle of its ratios. The others in the file stay. */
export async function recordBaseline({ file, named, measure, progress }: Run): Promise<void> {
  const recorded: Record<string, Ratios> = { ...readBaseline(file, {}) };
  for (const benchmark of named) {
    progress(`${benchmark}: ${MEASUREMENTS} measurements …`);
    const ratios = await recordRatios(() => measure(benchmark));
    if (Object.keys(ratios).length === 0) throw new UsageError(`--record: ${benchmark} is not measured beside a peer`);
    recorded[benchmark] = ratios;
    for (const [name, ratio] of Object.entries(ratios)) console.log(`${benchmark}: ${name}: ${ratio}`);
    writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
  }
}

function readBaseline(file: string, ifNone?: Baseline): Baseline {
  try {
    return parseBaseline(readFileSync(file, 'utf8'));
  } catch (error) {
    if (ifNone && (error as NodeJS.ErrnoException).code === 'ENOENT') return ifNone;
    throw new UsageError(`--baseline ${file}: ${(error as Error).message}`);
  }
}
