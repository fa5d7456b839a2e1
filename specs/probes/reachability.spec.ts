import { expect, test } from 'hairpin';
import { reachability } from '../../lib/probes/reachability.ts';
import { fakeQuestion } from './fake-asking.ts';

// ns1 ─ macvlan vepa ┐
//                    ├─ up0 (host) ── p0 (sw), hairpin off ── gateway, neighbour
// ns2 ─ macvlan vepa ┘
test('no row is asked while broadcasts of another may be under way', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  const { quiet } = fakeQuestion({ quiet: { drained: async () => 'the machine is too busy' } });
  await expect(reachability([ns1, ns2], { quiet: () => quiet, untilQuiet: false })).rejects.toThrow(
    'the pairs could not be asked one after another: the machine is too busy',
  );
});
