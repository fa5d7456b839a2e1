import { createLab } from '../lib/lab/index.ts';
import { CASES, type Case, HOLD, openCase, PLACES, type Place, WITHIN } from './article-cases.ts';
import { peer, quietKernel, type Report, summarize, timed } from './measure.ts';

/** hairpin has to be this many times faster than the script … */
const TARGET_RATIO = 200;
/** … and to need less than this, in milliseconds. */
const TARGET = 400;

/** `vepa gateway yes`: what was found out. */
type Answers = Set<string>;

/** The article's procedure, typed into a script, against the same as a spec. */
export async function article({ runs, quick }: { runs: number; quick: boolean }): Promise<Report> {
  const ways = {
    together: () => Promise.all(CASES.map((each) => askCase(each, 'together'))),
    serial: () => inTurn(CASES, (each) => askCase(each, 'together')),
    strict: () => inTurn(CASES, (each) => askCase(each, 'in turn')),
  };
  const answers = await ways.together();
  const times: Record<keyof typeof ways, number[]> = { together: [], serial: [], strict: [] };
  for (let run = 0; run < runs; run++) {
    for (const [name, way] of Object.entries(ways) as [keyof typeof ways, () => Promise<Answers[]>][]) {
      await quietKernel();
      times[name].push(await timed(way));
    }
  }
  const ours = summarize(times.together);
  const group = 'build, ask 16 questions, close';
  const script = quick ? undefined : await runScript();
  const ratio = script && script.time / ours.median;
  return {
    title: "The article's procedure: macvlan bridge, private, vepa and vepa behind a reflecting switch",
    notes: [
      'Each case: a network of 6 namespaces; ns1 asks its peer, the gateway, a neighbour and the parent, from cold tables. 11 reach, 5 do not.',
      `hairpin asks as the matchers do: an answer within ${WITHIN} ms; none for ${HOLD} ms, or until nothing is under way. In each lab the positives go one after another.`,
      script
        ? `Script and hairpin ${agree(answers, script.answers)}.`
        : 'The script (about 67 s) was left out by --quick, and with it the ratio.',
    ],
    figures: [
      {
        group,
        name: 'hairpin, 4 labs side by side, negatives of a lab too',
        unit: 'ms',
        summary: ours,
        isOurs: true,
        target: {
          text: `under ${TARGET} ms${ratio ? `, ${TARGET_RATIO} times faster` : ''}`,
          met: ours.median < TARGET && (ratio ?? TARGET_RATIO) >= TARGET_RATIO,
        },
      },
      { group, name: 'hairpin, a lab at a time', unit: 'ms', summary: summarize(times.serial) },
      { group, name: 'hairpin, a question at a time', unit: 'ms', summary: summarize(times.strict) },
      ...(script ? [{ group, name: 'script of ip and ping -c2', unit: 'ms', summary: summarize([script.time]) }] : []),
    ],
  };
}

async function askCase(each: Case, negatives: 'together' | 'in turn'): Promise<Answers> {
  await using lab = createLab();
  const question = openCase(lab, each);
  const ask = async (place: Place, as: 'reached' | 'walled') =>
    `${each.name} ${place} ${(await question(place, as)) === 'answered' ? 'yes' : 'no'}`;
  const positives = await inTurn(
    PLACES.filter((place) => !each.walled.includes(place)),
    (place) => ask(place, 'reached'),
  );
  const rest =
    negatives === 'together'
      ? await Promise.all(each.walled.map((place) => ask(place, 'walled')))
      : await inTurn(each.walled, (place) => ask(place, 'walled'));
  return new Set([...positives, ...rest]);
}

async function inTurn<Item, Result>(items: readonly Item[], step: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await step(item));
  return results;
}

async function runScript(): Promise<{ time: number; answers: Answers }> {
  await quietKernel();
  const { times, lines } = await peer('article.sh');
  const answers = lines.filter((line) => line.startsWith('answer ')).map((line) => line.slice('answer '.length));
  return { time: times('article')[0] ?? Number.NaN, answers: new Set(answers) };
}

function agree(ours: readonly Answers[], theirs: Answers): string {
  const all = ours.flatMap((answers) => [...answers]);
  const different = all.filter((answer) => !theirs.has(answer));
  return different.length === 0 && all.length === theirs.size
    ? `agree on all ${all.length} answers`
    : `DISAGREE: only hairpin says ${different.join(', ')}; the script says ${[...theirs].join(', ')}`;
}
