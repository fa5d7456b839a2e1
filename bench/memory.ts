import { readdirSync } from 'node:fs';
import { addMacvlanPair, createLab, type Lab, type Namespace } from '../lib/lab/index.ts';
import { reach } from '../lib/probes/reach.ts';
import { quietKernel, type Report, summarize, timed } from './measure.ts';

/** What a process may occupy, in MiB. */
const TARGET = 150;
/** By how much it may grow per 1000 labs, in MiB, once warm: below what a garbage collector's timing does. */
const TARGET_SLOPE = 2;
const REPORT_EVERY = 250;
const MIB = 2 ** 20;

interface Sample {
  labs: number;
  rss: number;
  descriptors: number;
}

/** Labs one after another in one process: does anything stay behind, and how does the kernel keep up? */
export async function memory({ labs, progress }: { labs: number; progress: (line: string) => void }): Promise<Report> {
  const samples: Sample[] = [];
  const pairs = await backToBack(labs, pair, (done) => {
    if (done % REPORT_EVERY !== 0) return;
    const sample = { labs: done, rss: process.memoryUsage.rss() / MIB, descriptors: openDescriptors() };
    samples.push(sample);
    progress(`  ${done} labs: ${sample.rss.toFixed(1)} MiB, ${sample.descriptors} descriptors`);
  });
  const cables = await backToBack(Math.min(labs, 500), cable, () => {});
  const slope = slopeOf(samples.slice(samples.length >> 1)) * 1000;
  const rss = summarize(samples.map((sample) => sample.rss));
  const descriptors = summarize(samples.map((sample) => sample.descriptors));
  const [kept, build] = ['kept by the process', 'build, back to back (the time of the worst tells of the kernel)'];
  return {
    title: `${labs} labs in one process: built, asked one question, closed`,
    notes: [
      `Resident memory by number of labs: ${samples.map((sample) => `${sample.labs}: ${sample.rss.toFixed(0)}`).join(', ')} MiB.`,
      'A bridge that goes costs rtnl, the lock of all link changes of the machine, about 18 ms: br_multicast_dev_del waits for',
      'an rcu_barrier under it, and cleanup_net takes many closed labs at once. A build that meets it waits; labs without a switch do not.',
      `p95 of a build: ${pairs.p95.toFixed(1)} ms with a switch, ${cables.p95.toFixed(1)} ms without.`,
    ],
    figures: [
      {
        group: kept,
        name: 'resident memory',
        unit: 'MiB',
        summary: rss,
        target: { text: `never above ${TARGET} MiB`, met: rss.max < TARGET },
      },
      {
        group: kept,
        name: 'growth per 1000 labs, second half',
        unit: 'MiB',
        summary: summarize([slope]),
        target: { text: `at most ${TARGET_SLOPE} MiB`, met: slope <= TARGET_SLOPE },
      },
      {
        group: kept,
        name: 'open descriptors',
        unit: '',
        summary: descriptors,
        // Taps of the last labs are still being closed: the kernel takes some 10 ms for each.
        target: { text: 'never above 100', met: descriptors.max <= 100 },
      },
      { group: build, name: '6 namespaces, a switch, macvlans', unit: 'ms', summary: pairs },
      { group: build, name: '2 namespaces, a cable', unit: 'ms', summary: cables },
    ],
  };
}

/** The times of building only. */
async function backToBack(
  labs: number,
  make: (lab: Lab) => [Namespace, Namespace],
  after: (done: number) => void,
): Promise<ReturnType<typeof summarize>> {
  await quietKernel();
  const builds: number[] = [];
  for (let done = 1; done <= labs; done++) {
    const lab = createLab();
    let ends: [Namespace, Namespace] | undefined;
    builds.push(
      await timed(() => {
        ends = make(lab);
      }),
    );
    if (!ends) throw new Error('nothing was built');
    const { outcome } = await reach('bench', ...ends, {}, { milliseconds: 1000 });
    if (outcome !== 'answered') throw new Error(`lab ${done}: ${outcome}`);
    await lab.close();
    after(done);
  }
  return summarize(builds);
}

function pair(lab: Lab): [Namespace, Namespace] {
  const { ns1, gateway } = addMacvlanPair(lab, { mode: 'bridge' });
  return [ns1, gateway];
}

function cable(lab: Lab): [Namespace, Namespace] {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return [a, b];
}

function openDescriptors(): number {
  // One of them is the folder's own.
  return readdirSync('/proc/self/fd').length - 1;
}

/** Least squares, in MiB a lab. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map(({ labs }) => labs)), mean(samples.map(({ rss }) => rss))];
  const covariance = mean(samples.map(({ labs, rss }) => (labs - x) * (rss - y)));
  return covariance / mean(samples.map(({ labs }) => (labs - x) ** 2));
}
