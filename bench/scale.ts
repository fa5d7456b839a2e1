import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLab } from '../lib/lab/index.ts';
import { drawChart } from './chart.ts';
import { buildHosts } from './hosts.ts';
import { alternate, type Figure, peer, type Report, type Summary, summarize, timed } from './measure.ts';

const SIZES = [10, 30, 100, 300];
/** Larger labs are built fewer times: each tells more. */
const [MOST_RUNS, LEAST_RUNS] = [9, 3];
/** hairpin may take so many times what the C program takes, and so many bytes of resident memory for a host. */
const [OF_FLOOR, RESIDENT] = [1.5, 60_000];

const run = promisify(execFile);

/** What a host costs by the number of hosts on one switch: time to build it, and memory while it is open. */
export async function scale({
  quick,
  progress,
}: {
  quick: boolean;
  progress: (line: string) => void;
}): Promise<Report> {
  const sizes = SIZES.filter((size) => !quick || size <= 100);
  for (let warmUp = 0; warmUp < 50; warmUp++) await build(10, true);
  const results: SizeResult[] = [];
  for (const size of sizes) {
    results.push(
      await measure(size, quick ? LEAST_RUNS : Math.max(LEAST_RUNS, Math.min(MOST_RUNS, Math.round(500 / size)))),
    );
    progress(`  ${size} hosts`);
  }
  return {
    title: `A switch with ${sizes.join(', ')} hosts, each a namespace with a cable and an address`,
    notes: [
      'Time is of building, divided by the number of hosts. The C program speaks rtnetlink itself; hairpin without taps is its like.',
      'Memory is measured in a new process, which opens labs until there are 600 hosts, and keeps them open. It says how much its resident memory has',
      'grown for each host, and how much of that is JavaScript’s (heap and buffers).',
    ],
    figures: results.flatMap(figuresOf),
    plot: drawChart({
      x: { name: 'hosts on the switch', scale: 'log' },
      panels: [
        {
          title: 'To build a host',
          unit: 'ms',
          lines: [
            { name: 'hairpin', points: results.map(({ size, tapped }) => [size, tapped.median]) },
            { name: 'without taps', points: results.map(({ size, ours }) => [size, ours.median]) },
            { name: 'C program', points: results.map(({ size, floor }) => [size, floor.median]) },
          ],
        },
        {
          title: 'Memory of a host',
          unit: 'kB',
          lines: [
            { name: 'resident', points: results.map(({ size, resident }) => [size, resident.median]) },
            { name: 'JavaScript’s', points: results.map(({ size, kept }) => [size, kept.median]) },
          ],
        },
      ],
    }),
  };
}

/** Per host: milliseconds, and kB. */
interface SizeResult {
  size: number;
  ours: Summary;
  tapped: Summary;
  floor: Summary;
  kept: Summary;
  resident: Summary;
}

async function measure(size: number, runs: number): Promise<SizeResult> {
  const times = await alternate(runs, {
    ours: () => build(size, false),
    tapped: () => build(size, true),
    floor: async () => (await peer('lab-floor.sh', size)).times('build')[0] ?? Number.NaN,
  });
  const each = (samples: readonly number[]) => summarize(samples.map((time) => time / size));
  return {
    size,
    ours: each(times.ours),
    tapped: each(times.tapped),
    floor: each(times.floor),
    ...(await memoryOf(size)),
  };
}

async function build(size: number, taps: boolean): Promise<number> {
  await using lab = createLab({ taps });
  return await timed(() => buildHosts(lab, size));
}

/** In kB. A new process measures it, so that no earlier lab counts. */
async function memoryOf(size: number): Promise<Pick<SizeResult, 'kept' | 'resident'>> {
  const script = fileURLToPath(new URL('./hosts-memory.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [...process.execArgv, script, String(size)]);
  const [kept, resident] = stdout.split(' ').map((bytes) => summarize([Number(bytes) / 1000]));
  if (!kept || !resident) throw new Error(`${script} printed ${stdout}`);
  return { kept, resident };
}

function figuresOf({ size, ours, tapped, floor, kept, resident }: SizeResult): Figure[] {
  const [group, memory] = [`${size} hosts: to build each`, `${size} hosts: memory of each`];
  const met = ours.median <= floor.median * OF_FLOOR;
  const isSmall = resident.median * 1000 < RESIDENT;
  return [
    {
      ...{ group, name: 'hairpin, without taps', unit: 'ms', summary: ours, isOurs: true },
      target: { text: `at most ${OF_FLOOR} times the C program`, met },
    },
    { group, name: 'a C program that speaks rtnetlink', unit: 'ms', summary: floor },
    { group, name: 'hairpin, with its taps (the default)', unit: 'ms', summary: tapped },
    {
      ...{ group: memory, name: 'resident', unit: 'kB', summary: resident },
      target: { text: `under ${RESIDENT / 1000} kB`, met: isSmall },
    },
    { group: memory, name: 'kept by JavaScript', unit: 'kB', summary: kept },
  ];
}
