import type { Report } from './measure.ts';
import { findScript, type Judgement, runScript } from './selftest-script.ts';
import { runSpecs, scriptsWithSpecs } from './selftest-specs.ts';

export interface SelftestOptions {
  /** The folder of a kernel's sources. */
  sources: string;
  /** Only these scripts, by name. @default all that there are specs for */
  scripts?: readonly string[] | undefined;
  progress: (line: string) => void;
}

/** One case, as both see it. */
interface Row {
  name: string;
  script: string;
  spec: string;
  differs: boolean;
}

/** The kernel's own selftests beside specs of the same cases: do both say the same? */
export async function selftests({ sources, scripts, progress }: SelftestOptions): Promise<Report> {
  const names = scriptsWithSpecs().filter((name) => scripts?.includes(name) ?? true);
  progress(`  ${names.length} specs`);
  const specs = await runSpecs(names);
  const tables: string[][][] = [];
  const sums = { cases: 0, wrong: 0, script: 0, spec: 0 };
  for (const name of names) {
    const spec = specs.get(name) ?? NOTHING;
    const path = findScript(sources, name);
    const script = path === undefined ? { ...NOTHING, why: 'not in these sources' } : await runScript(path);
    const rows = compare(script, spec);
    const wrong = rows.filter(({ differs }) => differs).length;
    sums.cases += rows.filter((row) => row.script !== 'skip' && row.spec !== 'skip').length;
    sums.wrong += wrong;
    sums.script += script.time;
    sums.spec += spec.time;
    tables.push(tableOf(name, { script, spec, rows }));
    progress(`  ${name}: ${seconds(script.time)}, ${rows.length} cases, ${wrong} differ`);
  }
  return {
    title: "The kernel's selftests, and specs of the same cases",
    notes: [
      `${sums.cases} cases that both could run, ${sums.wrong} differ; the scripts took ${seconds(sums.script)}, the tests of the specs ${seconds(sums.spec)}.`,
      'A case that only one of them has differs. One that either skips does not.',
    ],
    figures: [],
    tables,
    wrong: sums.wrong,
  };
}

const NOTHING: Judgement = { verdicts: new Map(), time: 0 };

function compare(script: Judgement, spec: Judgement): Row[] {
  // A script that could not run tells no cases.
  const theirs = (name: string) => script.verdicts.get(name) ?? (script.why === undefined ? 'none' : 'skip');
  const cases = script.why === undefined ? [...script.verdicts.keys()] : [];
  return [...new Set([...cases, ...spec.verdicts.keys()])].map((name) => {
    const [one, other] = [theirs(name), spec.verdicts.get(name) ?? 'none'];
    return { name, script: one, spec: other, differs: one !== other && one !== 'skip' && other !== 'skip' };
  });
}

function tableOf(name: string, { script, spec, rows }: { script: Judgement; spec: Judgement; rows: Row[] }) {
  return [
    [`${name}.sh`, 'script', 'spec', ''],
    ...rows.map((row) => [`  ${row.name}`, row.script, row.spec, row.differs ? 'DIFFERS' : '']),
    ['  time', seconds(script.time), seconds(spec.time), ''],
    ...[script.why && `script: ${script.why}`, spec.why && `spec: ${spec.why}`]
      .filter((why) => why !== undefined)
      .map((why) => [`  ${why}`, '', '', '']),
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}
