import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { findProgram } from '../lib/kernel/find-program.ts';
import { addMacvlanPair, createLab, type Lab } from '../lib/lab/index.ts';
import { Progress } from '../lib/matchers/assertion.ts';
import { toHear } from '../lib/matchers/to-hear.ts';
import { toReach } from '../lib/matchers/to-reach.ts';
import { CASES, type Case, PLACES } from './article-cases.ts';
import { type Report, summarize, timed } from './measure.ts';

/** A new network every so many rounds: what a long life does to one is no part of this. */
const ROUNDS_A_LAB = 50;

/** The matchers, as a passing and as a failing network has them answered. */
const ASKED = ['toReach', '.not.toReach', 'toHear', '.not.toHear'] as const;
type Asked = (typeof ASKED)[number];

interface Question {
  name: string;
  asked: Asked;
  ask: (isNot: boolean) => Promise<{ pass: boolean; message: () => string }>;
}

/** Every positive and negative of the article, over and over, while other programs want every processor. */
export async function underLoad({ repeats }: { repeats: number }): Promise<Report> {
  const processors = availableParallelism();
  const stressors = ['--cpu', processors, '--switch', processors, '--timer', 1].map(String);
  const hasStressNg = findProgram('stress-ng') !== undefined;
  const load = hasStressNg
    ? execa('stress-ng', stressors, { reject: false })
    : execa(process.execPath, ['-e', 'for (;;);'], { reject: false });
  const times = Object.fromEntries(ASKED.map((asked) => [asked, [] as number[]])) as Record<Asked, number[]>;
  const wrong: string[] = [];
  try {
    for (const each of CASES) {
      for (let left = repeats; left > 0; left -= ROUNDS_A_LAB)
        wrong.push(...(await askAll(each, Math.min(left, ROUNDS_A_LAB), times)));
    }
  } finally {
    load.kill('SIGTERM');
    await load;
  }
  const count = Object.values(times).reduce((sum, { length }) => sum + length, 0);
  return {
    title: `The article's questions under load, ${repeats} times each`,
    notes: [
      `Meanwhile: ${hasStressNg ? `stress-ng ${stressors.join(' ')}` : 'one busy loop (stress-ng is not installed)'}.`,
      `${count} questions, ${wrong.length} wrong answers${wrong.length > 0 ? `: ${[...new Set(wrong)].join('\n')}` : ''}.`,
    ],
    figures: ASKED.map((name) => ({
      group: 'one question under load',
      name,
      unit: 'ms',
      summary: summarize(times[name]),
    })),
    wrong: wrong.length,
  };
}

async function askAll(each: Case, rounds: number, times: Record<Asked, number[]>): Promise<string[]> {
  await using lab = createLab();
  const questions = questionsOf(lab, each);
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { name, asked, ask } of questions) {
      const isNot = asked.startsWith('.not');
      times[asked].push(
        await timed(async () => {
          const { pass, message } = await ask(isNot);
          if (pass === isNot) wrong.push(`${each.name}, ${name}: ${message()}`);
        }),
      );
    }
  }
  return wrong;
}

/** What the article asks of a mode: whom ns1 reaches, and whether ns2 hears its broadcast and multicast. */
function questionsOf(lab: Lab, { options, walled }: Case): Question[] {
  const { ns1, ns2, gateway, neighbour, host } = addMacvlanPair(lab, options);
  const target = { peer: ns2, gateway, neighbour, parent: host };
  const reached = PLACES.map(
    (place): Question => ({
      name: place,
      asked: walled.includes(place) ? '.not.toReach' : 'toReach',
      ask: (isNot) => toReach.call({ isNot, progress: new Progress() }, ns1, target[place]),
    }),
  );
  const heard = (['broadcast', 'multicast'] as const).map(
    (frame): Question => ({
      name: frame,
      asked: walled.includes('peer') ? '.not.toHear' : 'toHear',
      ask: (isNot) => toHear.call({ isNot, progress: new Progress() }, ns2, ns1, { frame }),
    }),
  );
  return [...reached, ...heard];
}
