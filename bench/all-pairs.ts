import { createLab, type Lab, type Namespace } from '../lib/lab/index.ts';
import { reachability } from '../lib/probes/reachability.ts';
import { alternate, peer, type Report, summarize, timed } from './measure.ts';

/** What all pairs of the hosts may take, in milliseconds. */
const TARGET = 1000;
const HOSTS = 50;

/** Who reaches whom of 50 hosts on a switch: 2450 questions. */
export async function allPairs({ runs, quick }: { runs: number; quick: boolean }): Promise<Report> {
  const pairs = HOSTS * (HOSTS - 1);
  await using lab = createLab();
  const hosts = hostsOn(lab, 'open', 0);
  const walled = hostsOn(lab, 'walled', 10);
  const ours = async (asked: readonly Namespace[], expected: number) => {
    let answered = 0;
    const time = await timed(async () => {
      answered = (await reachability(asked)).flat().filter((result) => result?.outcome === 'answered').length;
    });
    if (answered !== expected) throw new Error(`${answered} of ${pairs} were answered instead of ${expected}`);
    return time;
  };
  await ours(hosts, pairs);
  const misses: number[] = [];
  const results = await alternate(runs, {
    hairpin: () => ours(hosts, pairs),
    walled: () => ours(walled, pairs - 10 * 9),
    sideBySide: async () => {
      if (quick) return undefined;
      const { time, missed } = await pings(pairs);
      misses.push(missed);
      return time;
    },
  });
  const missed = misses.reduce((sum, each) => sum + each, 0);
  const sideBySide = results.sideBySide.filter((time) => time !== undefined);
  const group = `${pairs} ordered pairs`;
  const summary = summarize(results.hairpin);
  const peerName = 'ping, hosts side by side';
  return {
    title: `All pairs of ${HOSTS} hosts on one switch`,
    notes: [
      'Building is not counted. hairpin asks each pair from cold tables; with ping only some are cold.',
      'ping -c1 -W1 in a shell a host, all side by side; each shell flushes its table after 5, lest that of the kernel is full.',
      '“10 isolated”: ports of the switch that do not talk to each other, so 10 of the 50 turns wait for the whole window of 100 ms; ping would take 1 s for each of 90 pairs.',
      ...(missed > 0
        ? [`ping missed ${missed} answers in all its runs: the neighbour table of the machine was full.`]
        : []),
      ...(quick ? ['The pings were left out by --quick.'] : []),
    ],
    figures: [
      {
        group,
        name: 'hairpin',
        unit: 'ms',
        summary,
        isOurs: true,
        peer: peerName,
        target: { text: `under ${TARGET} ms`, met: summary.median < TARGET },
      },
      { group, name: 'hairpin, 10 isolated', unit: 'ms', summary: summarize(results.walled), peer: 'hairpin' },
      ...(sideBySide.length > 0 ? [{ group, name: peerName, unit: 'ms', summary: summarize(sideBySide) }] : []),
    ],
  };
}

function hostsOn(lab: Lab, name: string, isolated: number): Namespace[] {
  const sw = lab.switch(name);
  return Array.from({ length: HOSTS }, (_, at) => {
    const host = lab.namespace(`${name}-${at}`);
    lab.cable(host, sw, at < isolated ? { b: { isolated: true } } : {});
    return host;
  });
}

/** A peer that misses some answers is still timed: the kernel's neighbour table is not its to mend. */
async function pings(pairs: number): Promise<{ time: number; missed: number }> {
  const { times, lines } = await peer('all-pairs.sh', HOSTS);
  const counts = lines.filter((line) => line.startsWith('answered ')).map((line) => Number(line.split(' ')[1]));
  const answered = counts.reduce((sum, count) => sum + count, 0);
  return { time: times('all-pairs')[0] ?? Number.NaN, missed: pairs - answered };
}
