import { expect, test } from 'hairpin';
import { observePair } from '../../lib/probes/observe-pair.ts';
import { fakeQuestion } from './fake-asking.ts';

// ns1 ─ macvlan bridge ┐
//                      ├─ up0 (host) ── sw ── gateway, neighbour
// ns2 ─ macvlan bridge ┘                 the parent's queue has room for so many broadcasts
test.for([1, 3, 10])(
  'a pair whose queue has room for %d broadcasts behaves as its mode',
  async (bcqueuelen, { macvlanPair }) => {
    const pair = macvlanPair({ mode: 'bridge', bcqueuelen });
    for (let round = 0; round < 2; round++) await expect(pair).toBehaveAs('bridge');
  },
);

// the same
test('no burst is sent where the one before may still be in the queue', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'bridge', bcqueuelen: 1 });
  const { quiet } = fakeQuestion({ quiet: { drained: async () => 'the machine is too busy' } });
  await expect(
    observePair(
      pair,
      () => 0,
      () => quiet,
    ),
  ).rejects.toThrow('the frames could not be sent in bursts: the machine is too busy');
});

// the same
test('no echo is sent where the broadcasts of the one before may still be in the queue', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'bridge', bcqueuelen: 1 });
  const { quiet } = fakeQuestion();
  const busy = fakeQuestion({ quiet: { drained: async () => 'the machine is too busy' } });
  await expect(
    observePair(
      pair,
      () => 0,
      (of) => (of === 'frames' ? quiet : busy.quiet),
    ),
  ).rejects.toThrow('no echo of ns1 to host could be sent: the machine is too busy');
});
