import { closeSync, openSync } from 'node:fs';
import { expect, type Lab, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { GAUGES } from '../../bench/held.ts';
import { soak } from '../../bench/soak.ts';

/** `npm run bench -- soak` makes 10,000. */
const [LABS, READINGS] = [120, 6];

/** Which of the process's own counts grow: what other specs do at the same time changes none of them. */
async function growing(test?: (lab: Lab, turn: number) => Promise<void>): Promise<string[]> {
  const { growths } = await soak({ labs: LABS, readings: READINGS, ...(test && { test }) });
  const counts = GAUGES.filter(({ isCount }) => isCount).map(({ name }) => name);
  expect(growths.map(({ name }) => name)).toEqual(expect.arrayContaining(counts));
  return growths.filter(({ name, grows }) => grows && counts.includes(name)).map(({ name }) => name);
}

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── sw ── gateway, neighbour
// ns2 ─ m2 ┘
test('labs that are built, asked and closed leave their process no descriptor, thread, program or lab', async () => {
  expect(await growing()).toEqual([]);
});

// a
test('a descriptor that each lab leaves open is noticed', async () => {
  const leaked: number[] = [];
  onTestFinished(() => leaked.forEach((fd) => void closeSync(fd)));
  const leak = async (lab: Lab) => {
    lab.namespace('a');
    leaked.push(openSync('/dev/null', 'r'));
  };
  expect(await growing(leak)).toEqual(['open descriptors']);
});

// a lab of nothing
test('a closed lab that is kept is noticed', async () => {
  const kept: Lab[] = [];
  expect(await growing(async (lab) => void kept.push(lab))).toEqual(['closed labs in memory']);
});
