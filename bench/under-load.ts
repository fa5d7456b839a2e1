import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { findProgram } from '../lib/kernel/find-program.ts';
import { createLab } from '../lib/lab/index.ts';
import { CASES, type Case, openCase, PLACES } from './article-cases.ts';
import { type Report, summarize, timed } from './measure.ts';

/** A new network every so many rounds: what a long life does to one is no part of this. */
const ROUNDS_A_LAB = 50;

/** Every positive and negative of the article, over and over, while other programs want every processor. */
export async function underLoad({ repeats }: { repeats: number }): Promise<Report> {
  const processors = availableParallelism();
  const stressors = ['--cpu', processors, '--switch', processors, '--timer', 1].map(String);
  const hasStressNg = findProgram('stress-ng') !== undefined;
  const load = hasStressNg
    ? execa('stress-ng', stressors, { reject: false })
    : execa(process.execPath, ['-e', 'for (;;);'], { reject: false });
  const times: Record<'reached' | 'walled', number[]> = { reached: [], walled: [] };
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
  const asked = times.reached.length + times.walled.length;
  return {
    title: `The article's questions under load, ${repeats} times each`,
    notes: [
      `Meanwhile: ${hasStressNg ? `stress-ng ${stressors.join(' ')}` : 'one busy loop (stress-ng is not installed)'}.`,
      `${asked} questions, ${wrong.length} wrong answers${wrong.length > 0 ? `: ${[...new Set(wrong)].join(', ')}` : ''}.`,
    ],
    figures: (['reached', 'walled'] as const).map((as) => ({
      group: 'one question under load',
      name: as === 'reached' ? 'toReach' : '.not.toReach',
      unit: 'ms',
      summary: summarize(times[as]),
    })),
  };
}

async function askAll(each: Case, rounds: number, times: Record<'reached' | 'walled', number[]>): Promise<string[]> {
  await using lab = createLab();
  const ask = openCase(lab, each);
  const wrong: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const place of PLACES) {
      const as = each.walled.includes(place) ? 'walled' : 'reached';
      let outcome = '';
      times[as].push(
        await timed(async () => {
          outcome = await ask(place, as);
        }),
      );
      if (outcome !== (as === 'walled' ? 'lost' : 'answered')) wrong.push(`${each.name} ${place}: ${outcome}`);
    }
  }
  return wrong;
}
