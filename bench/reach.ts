import { createLab, type Lab } from '../lib/lab/index.ts';
import { formatMessage } from '../lib/matchers/message.ts';
import { toReach } from '../lib/matchers/to-reach.ts';
import type { ReachOptions } from '../lib/probes/reach-options.ts';
import { ask } from './ask.ts';
import { peer, quietKernel, type Report, type Summary, summarize, timed } from './measure.ts';

/** What a positive `toReach` may take, in milliseconds. */
const TARGET = 2;
/** What a `.not.toReach` may take. */
const NOT_TARGET = 10;
/** How much longer it may take for the taps. */
const TAPS = 1.1;

const QUESTIONS: Record<string, ReachOptions> = {
  'hairpin, icmp': {},
  'hairpin, icmp over IPv6': { family: 6 },
  "hairpin, icmp, neighbours: 'kept'": { neighbours: 'kept' },
  'hairpin, tcp': { by: 'tcp' },
  'hairpin, udp': { by: 'udp' },
  'hairpin, arp': { by: 'arp' },
};

/** One question over a switch, with an answer and without one. */
export async function reachOnce({ runs }: { runs: number }): Promise<Report> {
  await using lab = createLab();
  await using untapped = createLab({ taps: false });
  await using apart = createLab();
  await using withProgram = createLab();
  const ask = asker(lab);
  const askUntapped = asker(untapped);
  const times = new Map(Object.keys(QUESTIONS).map((name) => [name, [] as number[]]));
  const denied: Record<string, { denier: () => Promise<void>; samples: number[] }> = {
    'hairpin, icmp, no answer': { denier: denierOf(apart), samples: [] },
    'hairpin, icmp, no answer, a program has run': { denier: denierOf(withProgram), samples: [] },
  };
  await withProgram.namespace('c').exec('true');
  const pings: number[] = [];
  const [withTaps, withoutTaps]: [number[], number[]] = [[], []];
  for (let warmUp = 0; warmUp < 20; warmUp++) {
    for (const options of Object.values(QUESTIONS)) await ask(options);
    await askUntapped({});
    for (const { denier } of Object.values(denied)) await denier();
  }
  // Ten by ten in turns: a ping's script builds a network of its own, which hairpin's numbers are not to feel.
  for (let run = 0; run < runs; run += 10) {
    pings.push(...(await peer('ping-once.sh', 10)).times('ping'));
    await quietKernel();
    for (let each = 0; each < 10; each++) {
      for (const [name, options] of Object.entries(QUESTIONS)) times.get(name)?.push(await timed(() => ask(options)));
    }
    for (const { denier, samples } of Object.values(denied)) {
      for (let each = 0; each < 10; each++) samples.push(await timed(denier));
    }
    for (const [samples, question] of [
      [withTaps, ask],
      [withoutTaps, askUntapped],
    ] as const) {
      for (let each = 0; each < 10; each++) samples.push(await timed(() => question({})));
    }
  }
  const group = 'one answered question';
  const [taps, untappedName, peerName] = ['what the taps cost', 'hairpin, icmp, taps: false', 'ping -c1'];
  const [tapped, untappedOnes] = [withTaps, withoutTaps].map(summarize) as [Summary, Summary];
  const ratio = tapped.median / untappedOnes.median;
  return {
    title: 'One host asks another over a switch',
    notes: [
      'toReach without expect(): flush both neighbour tables, open a socket, ask, close it. tcp and udp open and close a listener too.',
      'ping runs in a shell that is in the namespace already, from flushed tables; the flushing is not counted.',
    ],
    figures: [
      ...[...times].map(([name, samples], at) => {
        const summary = summarize(samples);
        const ours = { isOurs: true, target: { text: `median under ${TARGET} ms`, met: summary.median < TARGET } };
        return { group, name, unit: 'ms', summary, peer: peerName, ...(at === 0 ? ours : {}) };
      }),
      { group, name: peerName, unit: 'ms', summary: summarize(pings) },
      ...Object.entries(denied).map(([name, { samples }]) => {
        const summary = summarize(samples);
        const target = { text: `median under ${NOT_TARGET} ms`, met: summary.median < NOT_TARGET };
        return { group: 'one question without an answer, by .not.toReach', name, unit: 'ms', summary, target };
      }),
      { group: taps, name: untappedName, unit: 'ms', summary: untappedOnes, isOurs: true },
      {
        ...{ group: taps, name: 'hairpin, icmp', unit: 'ms', summary: tapped, peer: untappedName },
        target: { text: `median at most ${TAPS} times as long`, met: ratio <= TAPS },
      },
    ],
  };
}

/** Asks for what must not be reached: the switch keeps its isolated ports apart. */
function denierOf(lab: Lab): () => Promise<void> {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  for (const host of [a, b]) lab.cable(host, sw).b.set({ isolated: true });
  return async () => {
    const { pass, message } = await ask(toReach, a, [b], true);
    if (pass) throw new Error(message && formatMessage(message));
  };
}

function asker(lab: Lab): (options: ReachOptions) => Promise<void> {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  for (const host of [a, b]) lab.cable(host, sw);
  return async (options) => {
    const { pass, message } = await ask(toReach, a, [b, options]);
    if (!pass) throw new Error(message && formatMessage(message));
  };
}
