import fc from 'fast-check';
import { createLab, expect, test } from 'hairpin';
import { Referee } from './agreement.ts';
import { build, plan } from './random-network.ts';

test('model and kernel agree on who gets a frame, in networks that nobody thought of', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (drawn) => {
      await using lab = createLab();
      const { frames } = build(lab, drawn);
      await lab.settled();
      using referee = new Referee(lab);
      for (const { from, to, length } of frames) {
        const ways = await referee.follow(from, to, length);
        expect(ways?.kernel).toEqual(ways?.model);
      }
    }),
    { numRuns: 60 },
  );
});
