import { rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/base/validate.ts';
import { findProgram } from '../lib/kernel/programs/find-program.ts';
import { allPairs } from './all-pairs.ts';
import { article } from './article.ts';
import { checkBaseline, recordBaseline } from './baseline.ts';
import { kinds } from './kinds.ts';
import { labBuild } from './lab-build.ts';
import type { Report } from './measure.ts';
import { memory } from './memory.ts';
import { hasTests } from './networkd/cases.ts';
import { fetchSources } from './networkd/fetch-sources.ts';
import { networkd } from './networkd.ts';
import { benchOnKernel } from './on-kernel.ts';
import { formatReport } from './print.ts';
import { ratiosOf } from './ratios.ts';
import { reachOnce } from './reach.ts';
import { scale } from './scale.ts';
import { hasScripts } from './selftest-script.ts';
import { scriptsWithSpecs } from './selftest-specs.ts';
import { selftests } from './selftests.ts';
import { soak } from './soak.ts';
import { soundness } from './soundness.ts';
import { KINDS } from './soundness-questions.ts';
import { stateHolds } from './state.ts';

const USAGE = `node bench/run.ts [--quick] [--json] [--check | --record] [--baseline FILE] [--each N] [--only kind,…] [--minutes M] [--labs N] [--plot DIR] [--sources DIR] [--scripts name,…] [--merge file,…] [--kernel K] [benchmark …]

Measures hairpin beside ip and ping, in one run. Timings are no test, so the exit code says nothing of them. It is 1
where an answer was wrong (soundness), where a figure grows from lab to lab (soak), where a spec and a script of
the kernel differ (selftests), and where --check finds a ratio that got worse.

  --quick  fewer runs, and without what takes more than a few seconds (the article's script, 2450 pings)
  --json   the figures as JSON
  --check  compare the medians, each divided by its peer's, with the recorded ratios. A ratio is worse when three
           measurements in a row are more than 30 % above it. Without a benchmark, all that are recorded
  --record   measure each benchmark three times, and write the middle of its ratios
  --baseline  the file of recorded ratios; bench/baseline.json
  --each   soundness: how often each kind of question is put, with .not and without, where it is so and where it is
           not; 10000, or 100 with --quick
  --only   soundness: these kinds of questions alone, of ${Object.keys(KINDS).join(', ')}
  --minutes  soundness, soak, networkd: put no question, open no lab after so many minutes
  --labs   soak: how many; 10000, or 500 with --quick
  --plot   scale, soak: draw the data in this folder, as scale.svg and soak.svg
  --kernel   run them on this kernel instead, in QEMU, as \`hairpin test --kernel\` does
  --sources  selftests: the folder of a kernel's sources, with tools/testing/selftests (docs/selftests.md)
             networkd: that of systemd's; without it apt fetches those of the systemd that is installed (docs/networkd.md)
  --scripts  selftests: these scripts alone, by name: icmp,route_localnet; networkd: these tests: test_vlan,test_bond
  --merge    networkd: tell the JSON of earlier runs together, in place of a run: here.json,there.json
  benchmark: lab-build, article, reach, state, all-pairs, memory, kinds, scale, soak, soundness, selftests, networkd; without any, all
             but the last six: they take minutes to hours, and two need sources`;

/** Of the peers; hairpin itself needs none. */
const TOOLS = ['ip', 'ping', 'unshare', 'setpriv', 'mount', 'bash', 'cc'];

/** What has a peer, and takes minutes at most. */
const RECORDED = ['lab-build', 'reach'];

interface Options {
  quick: boolean;
  each: number;
  only: readonly string[] | undefined;
  minutes: number | undefined;
  labs: number;
  sources: string | undefined;
  scripts: readonly string[] | undefined;
  merge: readonly string[] | undefined;
  progress: (line: string) => void;
}

const BENCHMARKS: Record<string, (options: Options) => Promise<Report>> = {
  'lab-build': ({ quick }) => labBuild({ runs: quick ? 5 : 20 }),
  article: ({ quick }) => article({ runs: quick ? 3 : 10, quick }),
  reach: ({ quick }) => reachOnce({ runs: quick ? 30 : 200 }),
  state: ({ quick }) => stateHolds({ runs: quick ? 50 : 500 }),
  kinds: ({ quick, progress }) => kinds({ runs: quick ? 3 : 15, progress }),
  'all-pairs': ({ quick }) => allPairs({ runs: quick ? 3 : 5, quick }),
  memory: ({ quick, progress }) => memory({ labs: quick ? 500 : 2000, progress }),
  scale: ({ quick, progress }) => scale({ quick, progress }),
  soak,
  soundness,
  selftests: ({ sources = '', scripts, progress }) => selftests({ sources, scripts, progress }),
  networkd: ({ sources = '', scripts, merge, minutes, progress }) =>
    networkd({ sources, scripts, merge, minutes, progress }),
};
const NOT_ALWAYS = ['kinds', 'scale', 'soak', 'soundness', 'selftests', 'networkd'];

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
    record: { type: 'boolean' },
    baseline: { type: 'string', default: fileURLToPath(new URL('baseline.json', import.meta.url)) },
    help: { type: 'boolean' },
    each: { type: 'string' },
    only: { type: 'string' },
    minutes: { type: 'string' },
    labs: { type: 'string' },
    plot: { type: 'string' },
    sources: { type: 'string' },
    scripts: { type: 'string' },
    merge: { type: 'string' },
    kernel: { type: 'string' },
  },
  allowPositionals: true,
});
const {
  quick = false,
  json = false,
  help = false,
  check = false,
  record = false,
  baseline,
  sources,
  plot: plots,
} = values;
const [scripts, merge] = [values.scripts?.split(','), values.merge?.split(',')];
const each = Number(values.each ?? (quick ? 100 : 10_000));
const only = values.only?.split(',');
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
const labs = Number(values.labs ?? (quick ? 500 : 10_000));
const obstacle = wrongUsage() ?? obstacleHere();
if (help) console.log(USAGE);
else if (obstacle) fail(obstacle);
else if (values.kernel !== undefined) await runOnKernel(values.kernel);
else
  await runHere().catch((error) => {
    if (!(error instanceof UsageError)) throw error;
    fail(error.message);
  });

async function runHere(): Promise<void> {
  const named = positionals.length > 0 ? positionals : undefined;
  const run = { file: baseline, progress, measure: async (name: string) => ratiosOf(await measure(name)) };
  if (record) return recordBaseline({ ...run, named: named ?? RECORDED });
  if (!check) return runAll(named ?? Object.keys(BENCHMARKS).filter((name) => !NOT_ALWAYS.includes(name)));
  if (!(await checkBaseline({ ...run, named: named ?? [], quick }))) process.exitCode = 1;
}

async function measure(name: string): Promise<Report> {
  progress(`${name} …`);
  const report = await BENCHMARKS[name]?.({ quick, each, only, minutes, labs, sources, scripts, merge, progress });
  if (!report) throw new UsageError(`there is no benchmark ${name}`);
  return report;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function runOnKernel(kernel: string): Promise<void> {
  let fetched: string | undefined;
  try {
    // A guest has no network, but this machine's files.
    if (positionals.includes('networkd') && sources === undefined) fetched = fetchSources();
    const more = fetched === undefined ? [] : ['--sources', fetched];
    process.exitCode = await benchOnKernel(kernel, [...argumentsWithoutKernel(), ...more], progress);
  } catch (error) {
    fail((error as Error).message);
  } finally {
    if (fetched !== undefined) rmSync(dirname(fetched), { recursive: true });
  }
}

/** For the guest; `--kernel WORD` and `--kernel=WORD` are both left out. */
function argumentsWithoutKernel(): string[] {
  const args = process.argv.slice(2);
  const at = args.findIndex((word) => /^--kernel(=|$)/.test(word));
  return args.toSpliced(at, args[at] === '--kernel' ? 2 : 1);
}

/** What is wrong with the arguments. */
function wrongUsage(): string | undefined {
  const unknown = positionals.find((name) => !(name in BENCHMARKS));
  if (unknown !== undefined) return `there is no benchmark ${unknown}\n\n${USAGE}`;
  if (!Number.isInteger(each) || each < 1) return `--each must be a whole number from 1: received ${values.each}`;
  if (minutes !== undefined && !(minutes > 0)) return `--minutes must be a number above 0: received ${values.minutes}`;
  if (!Number.isInteger(labs) || labs < 100) return `--labs must be a whole number from 100: received ${values.labs}`;
  if (check && record) return '--check and --record: take one of them';
  if ((check || record) && (json || values.kernel !== undefined || plots !== undefined))
    return `--${check ? 'check' : 'record'} compares ratios of this kernel, and prints them: leave out --json, --plot and --kernel`;
  if (plots !== undefined && !statSync(plots, { throwIfNoEntry: false })?.isDirectory())
    return `--plot must be a folder: received ${plots}`;
  if (plots !== undefined && values.kernel !== undefined)
    return '--plot draws what was measured on this kernel: what a guest writes is gone with it. Leave out --kernel';
  const kind = only?.find((name) => !(name in KINDS));
  if (kind !== undefined)
    return `--only: there is no kind of question ${kind}; there are ${Object.keys(KINDS).join(', ')}`;
  if (positionals.includes('networkd') && sources !== undefined && !hasTests(sources))
    return `--sources must be a folder with systemd's test/test-network: received ${sources}`;
  const script = scripts?.find((name) => !scriptsWithSpecs().includes(name));
  if (script !== undefined && positionals.includes('selftests'))
    return `--scripts: there is no spec of ${script}; there are ${scriptsWithSpecs().join(', ')}`;
  if (!positionals.includes('selftests') || (sources !== undefined && hasScripts(sources))) return undefined;
  return `--sources must be a folder with tools/testing/selftests, such as linux-source-6.1: received ${sources}`;
}

async function runAll(names: readonly string[]): Promise<void> {
  const machine = { linux: release(), processors: availableParallelism(), node: process.version };
  const reports: Record<string, Report> = {};
  if (!json) console.log(`Linux ${machine.linux}, ${machine.processors} processors, Node ${machine.node}\n`);
  for (const name of names) {
    const report = await measure(name);
    const { plot, markdown: _, ...data } = report;
    reports[name] = data;
    if (report.wrong) process.exitCode = 1;
    if (!json) console.log(formatReport(report));
    if (plot !== undefined && plots !== undefined) writeFileSync(join(plots, `${name}.svg`), plot);
  }
  if (json) console.log(JSON.stringify({ machine, reports }, undefined, 2));
}

/** Why nothing can be measured here. */
function obstacleHere(): string | undefined {
  if (process.getuid?.() !== 0) return 'the benchmarks need root: ip netns add does (sudo npm run bench)';
  const missing = TOOLS.filter((tool) => !findProgram(tool));
  if (missing.length === 0) return undefined;
  return `the benchmarks need ${missing.join(', ')}: install iproute2, iputils-ping (or iputils), util-linux, bash and gcc`;
}

function fail(message: string): void {
  process.stderr.write(`hairpin bench: ${message}\n`);
  process.exitCode = 1;
}
