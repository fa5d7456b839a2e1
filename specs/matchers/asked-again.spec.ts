import { describe, expect, test } from 'hairpin';
import { reach } from '../../lib/probes/reach.ts';
import { addSilentNeighbour } from '../trace/silent-neighbour.ts';
import { failureOf } from './failure-of.ts';

describe("with the kernel's defaults", () => {
  test.override({ labOptions: { defaults: 'kernel' } });

  // a ── sw1 ── r ── sw2 ── b, which is silent at first: r asks for it once a second
  test('what waits for a neighbour that an earlier question asked for is waited for', async ({ lab }) => {
    const { a, r, b, speak } = addSilentNeighbour(lab);
    await reach('spec', a, b, { family: 4 }, { milliseconds: 30 });
    expect(r.neighbour.list()).toContainEqual(expect.objectContaining({ state: 'INCOMPLETE' }));
    speak();
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(/^Received: +an answer/m);
  });
});
