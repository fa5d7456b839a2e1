import { expect, type MacvlanMode, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

// ns1 ─ m1 (macvtap, closed) ┐
//                            ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 (macvtap, closed) ┘                         └─ neighbour
const modes: MacvlanMode[] = ['bridge', 'private', 'vepa', 'source', 'passthru'];
const cases = modes.flatMap((mode) => [false, true].map((hairpin): [MacvlanMode, boolean] => [mode, hairpin]));

describeNeeding(['macvtap'], () => {
  test.for(cases)(
    'macvtaps in mode %s with hairpin %s do what macvlan.c says',
    async ([mode, hairpin], { macvlanPair }) => {
      await expect(macvlanPair({ type: 'macvtap', mode, hairpin })).toBehaveAs(mode, { hairpin });
    },
  );
});
