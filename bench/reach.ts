import { createLab } from '../lib/lab/index.ts';
import { type ReachOptions, reach } from '../lib/probes/reach.ts';
import { peer, quietKernel, type Report, summarize, timed } from './measure.ts';

/** What a positive `toReach` may take, in milliseconds. */
const TARGET = 2;

const QUESTIONS: Record<string, ReachOptions> = {
  'hairpin, icmp': {},
  'hairpin, icmp over IPv6': { family: 6 },
  "hairpin, icmp, neighbours: 'kept'": { neighbours: 'kept' },
  'hairpin, tcp': { by: 'tcp' },
  'hairpin, udp': { by: 'udp' },
  'hairpin, arp': { by: 'arp' },
};

/** One question that is answered, over a switch. */
export async function reachOnce({ runs }: { runs: number }): Promise<Report> {
  await using lab = createLab();
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  for (const host of [a, b]) lab.cable(host, sw);
  const ask = async (options: ReachOptions) => {
    const { outcome } = await reach('bench', a, b, options, { milliseconds: 1000 });
    if (outcome !== 'answered') throw new Error(`a asked b ${JSON.stringify(options)}: ${outcome}`);
  };
  const times = new Map(Object.keys(QUESTIONS).map((name) => [name, [] as number[]]));
  const pings: number[] = [];
  for (let warmUp = 0; warmUp < 20; warmUp++) for (const options of Object.values(QUESTIONS)) await ask(options);
  // Ten by ten in turns: a ping's script builds a network of its own, which hairpin's numbers are not to feel.
  for (let run = 0; run < runs; run += 10) {
    pings.push(...(await peer('ping-once.sh', 10)).times('ping'));
    await quietKernel();
    for (let each = 0; each < 10; each++) {
      for (const [name, options] of Object.entries(QUESTIONS)) times.get(name)?.push(await timed(() => ask(options)));
    }
  }
  const group = 'one answered question';
  return {
    title: 'One host asks another over a switch',
    notes: [
      'toReach without vitest: flush both neighbour tables, open a socket, ask, close it. tcp and udp open and close a listener too.',
      'ping runs in a shell that is in the namespace already, from flushed tables; the flushing is not counted.',
    ],
    figures: [
      ...[...times].map(([name, samples], at) => {
        const summary = summarize(samples);
        const ours = { isOurs: true, target: { text: `median under ${TARGET} ms`, met: summary.median < TARGET } };
        return { group, name, unit: 'ms', summary, ...(at === 0 ? ours : {}) };
      }),
      { group, name: 'ping -c1', unit: 'ms', summary: summarize(pings) },
    ],
  };
}
