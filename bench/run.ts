import { accessSync, constants } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { allPairs } from './all-pairs.ts';
import { article } from './article.ts';
import { labBuild } from './lab-build.ts';
import type { Report } from './measure.ts';
import { memory } from './memory.ts';
import { benchOnKernel } from './on-kernel.ts';
import { formatReport } from './print.ts';
import { reachOnce } from './reach.ts';
import { hasScripts } from './selftest-script.ts';
import { scriptsWithSpecs } from './selftest-specs.ts';
import { selftests } from './selftests.ts';
import { soundness } from './soundness.ts';
import { KINDS } from './soundness-questions.ts';
import { stateHolds } from './state.ts';

const USAGE = `node bench/run.ts [--quick] [--json] [--each N] [--only kind,…] [--minutes M] [--sources DIR] [--scripts name,…] [--kernel K] [benchmark …]

Measures hairpin beside ip and ping, in one run. Timings are no test, so the exit code says nothing of them. It is 1
where an answer was wrong (soundness), and where a spec and a script of the kernel differ (selftests).

  --quick  fewer runs, and without what takes more than a few seconds (the article's script, 2450 pings)
  --json   the figures as JSON
  --each   soundness: how often each kind of question is put, with .not and without, where it is so and where it is
           not; 10000, or 100 with --quick
  --only   soundness: these kinds of questions alone, of ${Object.keys(KINDS).join(', ')}
  --minutes  soundness: put no question after so many minutes
  --kernel   run them on this kernel instead, in QEMU, as \`hairpin test --kernel\` does
  --sources  selftests: the folder of a kernel's sources, with tools/testing/selftests (docs/selftests.md)
  --scripts  selftests: these scripts alone, by name: icmp,route_localnet
  benchmark: lab-build, article, reach, state, all-pairs, memory, soundness, selftests; without any, all but the last two:
             soundness takes hours, selftests needs sources`;

/** Of the peers; hairpin itself needs none. */
const TOOLS = ['ip', 'ping', 'unshare', 'setpriv', 'mount', 'bash', 'cc'];

interface Options {
  quick: boolean;
  each: number;
  only: readonly string[] | undefined;
  minutes: number | undefined;
  sources: string | undefined;
  scripts: readonly string[] | undefined;
  progress: (line: string) => void;
}

const BENCHMARKS: Record<string, (options: Options) => Promise<Report>> = {
  'lab-build': ({ quick }) => labBuild({ runs: quick ? 5 : 20 }),
  article: ({ quick }) => article({ runs: quick ? 3 : 10, quick }),
  reach: ({ quick }) => reachOnce({ runs: quick ? 30 : 200 }),
  state: ({ quick }) => stateHolds({ runs: quick ? 50 : 500 }),
  'all-pairs': ({ quick }) => allPairs({ runs: quick ? 3 : 5, quick }),
  memory: ({ quick, progress }) => memory({ labs: quick ? 500 : 2000, progress }),
  soundness,
  selftests: ({ sources = '', scripts, progress }) => selftests({ sources, scripts, progress }),
};
const NOT_ALWAYS = ['soundness', 'selftests'];

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    each: { type: 'string' },
    only: { type: 'string' },
    minutes: { type: 'string' },
    sources: { type: 'string' },
    scripts: { type: 'string' },
    kernel: { type: 'string' },
  },
  allowPositionals: true,
});
const { quick = false, json = false, help = false, sources } = values;
const scripts = values.scripts?.split(',');
const each = Number(values.each ?? (quick ? 100 : 10_000));
const only = values.only?.split(',');
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
const obstacle = wrongUsage() ?? obstacleHere();
if (help) console.log(USAGE);
else if (obstacle) fail(obstacle);
else if (values.kernel !== undefined) await runOnKernel(values.kernel);
else
  await runAll(
    positionals.length > 0 ? positionals : Object.keys(BENCHMARKS).filter((name) => !NOT_ALWAYS.includes(name)),
  );

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function runOnKernel(kernel: string): Promise<void> {
  try {
    process.exitCode = await benchOnKernel(kernel, argumentsWithoutKernel(), progress);
  } catch (error) {
    fail((error as Error).message);
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
  const kind = only?.find((name) => !(name in KINDS));
  if (kind !== undefined)
    return `--only: there is no kind of question ${kind}; there are ${Object.keys(KINDS).join(', ')}`;
  const script = scripts?.find((name) => !scriptsWithSpecs().includes(name));
  if (script !== undefined)
    return `--scripts: there is no spec of ${script}; there are ${scriptsWithSpecs().join(', ')}`;
  if (!positionals.includes('selftests') || (sources !== undefined && hasScripts(sources))) return undefined;
  return `--sources must be a folder with tools/testing/selftests, such as linux-source-6.1: received ${sources}`;
}

async function runAll(names: readonly string[]): Promise<void> {
  const machine = { linux: release(), processors: availableParallelism(), node: process.version };
  const reports: Record<string, Report> = {};
  if (!json) console.log(`Linux ${machine.linux}, ${machine.processors} processors, Node ${machine.node}\n`);
  for (const name of names) {
    progress(`${name} …`);
    const report = await BENCHMARKS[name]?.({ quick, each, only, minutes, sources, scripts, progress });
    if (!report) continue;
    reports[name] = report;
    if (report.wrong) process.exitCode = 1;
    if (!json) console.log(formatReport(report));
  }
  if (json) console.log(JSON.stringify({ machine, reports }, undefined, 2));
}

/** Why nothing can be measured here. */
function obstacleHere(): string | undefined {
  if (process.getuid?.() !== 0) return 'the benchmarks need root: ip netns add does (sudo npm run bench)';
  const missing = TOOLS.filter((tool) => !onPath(tool));
  if (missing.length === 0) return undefined;
  return `the benchmarks need ${missing.join(', ')}: install iproute2, iputils-ping (or iputils), util-linux and bash`;
}

function onPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function fail(message: string): void {
  process.stderr.write(`hairpin bench: ${message}\n`);
  process.exitCode = 1;
}
