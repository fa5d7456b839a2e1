import { accessSync, constants } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { allPairs } from './all-pairs.ts';
import { article } from './article.ts';
import { labBuild } from './lab-build.ts';
import type { Report } from './measure.ts';
import { memory } from './memory.ts';
import { formatReport } from './print.ts';
import { reachOnce } from './reach.ts';
import { underLoad } from './under-load.ts';

const USAGE = `node bench/run.ts [--quick] [--json] [benchmark …]

Measures hairpin beside ip and ping, in one run. Timings are no test: the exit code says nothing of them; it is 1 where
an answer was wrong (under-load).

  --quick  fewer runs, and without what takes more than a few seconds (the article's script, 2450 pings)
  --json   the figures as JSON
  benchmark: lab-build, article, reach, all-pairs, under-load, memory; all of them without`;

/** Of the peers; hairpin itself needs none. */
const TOOLS = ['ip', 'ping', 'unshare', 'setpriv', 'mount', 'bash'];

interface Options {
  quick: boolean;
  progress: (line: string) => void;
}

const BENCHMARKS: Record<string, (options: Options) => Promise<Report>> = {
  'lab-build': ({ quick }) => labBuild({ runs: quick ? 5 : 20 }),
  article: ({ quick }) => article({ runs: quick ? 3 : 10, quick }),
  reach: ({ quick }) => reachOnce({ runs: quick ? 30 : 200 }),
  'all-pairs': ({ quick }) => allPairs({ runs: quick ? 3 : 5, quick }),
  'under-load': ({ quick }) => underLoad({ repeats: quick ? 100 : 1000 }),
  memory: ({ quick, progress }) => memory({ labs: quick ? 500 : 2000, progress }),
};

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const { quick = false, json = false, help = false } = values;
const unknown = positionals.find((name) => !(name in BENCHMARKS));
const obstacle = unknown === undefined ? obstacleHere() : `there is no benchmark ${unknown}\n\n${USAGE}`;
if (help) console.log(USAGE);
else if (obstacle) fail(obstacle);
else await runAll(positionals.length > 0 ? positionals : Object.keys(BENCHMARKS));

async function runAll(names: readonly string[]): Promise<void> {
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  const machine = { linux: release(), processors: availableParallelism(), node: process.version };
  const reports: Record<string, Report> = {};
  if (!json) console.log(`Linux ${machine.linux}, ${machine.processors} processors, Node ${machine.node}\n`);
  for (const name of names) {
    progress(`${name} …`);
    const report = await BENCHMARKS[name]?.({ quick, progress });
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
