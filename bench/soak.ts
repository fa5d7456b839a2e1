import { UsageError } from '../lib/base/validate.ts';
import { diagnose } from '../lib/diagnosis/diagnose.ts';
import { addMacvlanPair, createLab, type Lab, type Namespace } from '../lib/lab/index.ts';
import { formatMessage } from '../lib/matchers/message.ts';
import { toReach } from '../lib/matchers/to-reach.ts';
import { reach } from '../lib/probes/reach.ts';
import { ask } from './ask.ts';
import { drawChart } from './chart.ts';
import { type Growth, growthOf, growthRows, type Reading } from './growth.ts';
import { collectGarbage, GAUGES } from './held.ts';
import { quietKernel, type Report, timed } from './measure.ts';

/** So many labs at least from one reading to the next: the kernel takes down what was closed for a second or more. */
const LEAST_BETWEEN = 10;
/** The share of the labs before the first reading. Until then the process makes what it keeps, and V8 compiles. */
const WARM_UP = 0.05;
/** How many of the gauges stand in each line of progress. */
const SAID = 6;
/** Fewer readings say nothing of what grows. */
const LEAST_READINGS = 6;
const PLOTTED = ['open descriptors', 'resident memory', 'the kernel’s slab (SUnreclaim)', 'a lab, of processors'];

interface SoakOptions {
  labs: number;
  /** Opens no lab after so many minutes. */
  minutes?: number | undefined;
  /** How often the gauges are read. @default 100 */
  readings?: number;
  progress?: (line: string) => void;
  /** What is done in each lab before it is closed. @default {@link usualTest} */
  test?: (lab: Lab, turn: number) => Promise<void>;
}

/** Labs one after another in one process: whether they leave anything behind, in it or in the kernel, or take ever longer. */
export async function soak(options: SoakOptions): Promise<Report & { growths: Growth[] }> {
  const growths = (await readGauges(options)).map(growthOf);
  const growing = growths.filter(({ grows }) => grows);
  const unread = GAUGES.map(({ name }) => name).filter((name) => !growths.some((growth) => growth.name === name));
  const labs = growths[0]?.samples.at(-1)?.[0] ?? 0;
  const plotted = PLOTTED.flatMap((name) => growths.filter((growth) => growth.name === name));
  return {
    title: `${labs} labs in one process: built, asked, closed`,
    notes: [
      'Each lab has 6 namespaces, 3 cables, a switch and 2 macvlans, and a toReach. Every 10th has a .not.toReach, every 20th runs',
      'a program, and every 50th has a question without an answer, which is diagnosed.',
      'The gauges are read when the kernel has taken down what was closed, and without JavaScript’s garbage.',
      'A figure grows when its slope is above what is allowed, and most of the last half is above most of the first.',
      ...(unread.length > 0 ? [`This kernel does not tell: ${unread.join(', ')}.`] : []),
      growing.length === 0 ? 'All are flat.' : `These GROW: ${growing.map(({ name }) => name).join(', ')}.`,
    ],
    figures: [],
    tables: [growthRows(growths)],
    wrong: growing.length,
    growths,
    plot: drawChart({
      x: { name: 'labs' },
      panels: plotted.map(({ name, unit, samples }) => ({ title: name, unit, lines: [{ points: samples }] })),
    }),
  };
}

/** What each gauge read, by the number of labs until then. */
async function readGauges({
  labs,
  minutes = Number.POSITIVE_INFINITY,
  readings: wanted = 100,
  progress = () => {},
  test = usualTest,
}: SoakOptions) {
  const readings = GAUGES.map((gauge) => ({ ...gauge, samples: [] as Reading[] }));
  const run = { turns: 0, closed: [] as WeakRef<Lab>[], took: [] as number[], used: [] as number[] };
  const warmUp = Math.ceil(labs * WARM_UP);
  const every = Math.max(LEAST_BETWEEN, Math.floor((labs - warmUp) / wanted));
  const started = performance.now();
  for (let turn = 1; turn <= labs && performance.now() - started < minutes * 60_000; turn++) {
    run.turns = turn;
    const before = process.cpuUsage();
    run.took.push((await timed(async () => run.closed.push(await once(test, turn)))) * 1000);
    const { user, system } = process.cpuUsage(before);
    run.used.push(user + system);
    if (turn <= warmUp || (turn - warmUp) % every !== 0) continue;
    await quietKernel();
    collectGarbage();
    for (const { read, samples } of readings) {
      const value = read(run);
      if (value !== undefined) samples.push([turn, value]);
    }
    const now = readings
      .slice(0, SAID)
      .map(({ name, unit, samples }) => `${name} ${samples.at(-1)?.[1].toFixed(0)} ${unit}`.trimEnd());
    progress(`  ${turn} labs: ${now.join(', ')}`);
    Object.assign(run, { closed: run.closed.filter((lab) => lab.deref()), took: [], used: [] });
  }
  const read = readings.filter(({ samples }) => samples.length > 0);
  const times = read[0]?.samples.length ?? 0;
  if (times < LEAST_READINGS)
    throw new UsageError(
      `soak: only ${times} readings after ${run.turns} labs, of which ${warmUp} are no more than a warm-up; it takes ${LEAST_READINGS}: give it more --minutes`,
    );
  return read;
}

async function once(test: NonNullable<SoakOptions['test']>, turn: number): Promise<WeakRef<Lab>> {
  await using lab = createLab();
  await test(lab, turn);
  return new WeakRef(lab);
}

/** The first lab has it all, so that what is made once is made before the first reading. */
async function usualTest(lab: Lab, turn: number): Promise<void> {
  const { ns1, host, gateway } = addMacvlanPair(lab, { mode: 'bridge' });
  await askToReach(ns1, gateway, { isNot: false });
  // A parent and its macvlans do not talk.
  if (turn % 10 === 1) await askToReach(ns1, host, { isNot: true });
  if (turn % 20 === 1) await ns1.exec('true');
  if (turn % 50 === 1) await failToReach(ns1, host);
}

async function askToReach(from: Namespace, to: Namespace, { isNot }: { isNot: boolean }): Promise<void> {
  const { pass, message } = await ask(toReach, from, [to], isNot);
  if (pass === isNot) throw new Error(message && formatMessage(message));
}

/** As a `toReach` that fails, but for its evidence, which belongs to a test. */
async function failToReach(from: Namespace, to: Namespace): Promise<void> {
  const report = await reach('soak', from, to, {}, { milliseconds: 5 });
  const question = { call: 'soak', from, to, options: {}, report, trace: undefined };
  const { diagnosis, failure } = await diagnose(question, false);
  if (failure !== undefined) throw new Error(failure);
  if (diagnosis.outcome !== 'lost') throw new Error(`soak: the answer was ${diagnosis.outcome}`);
}
