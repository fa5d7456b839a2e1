import { expect, type MacvlanMode, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour
const modes: MacvlanMode[] = ['bridge', 'private', 'vepa', 'source', 'passthru'];
const cases = modes.flatMap((mode) => [false, true].map((hairpin): [MacvlanMode, boolean] => [mode, hairpin]));

test.for(cases)('mode %s with hairpin %s does what macvlan.c says', async ([mode, hairpin], { macvlanPair }) => {
  await expect(macvlanPair({ mode, hairpin })).toBehaveAs(mode, { hairpin });
});

// The same, m1 and m2 being macvtaps that no program has open. Each negative waits for a program that might, so the cases run side by side.
describeNeeding(['macvtap'], () => {
  test.concurrent.for(cases)('so do macvtaps in mode %s with hairpin %s', async ([mode, hairpin], { macvlanPair }) => {
    await expect(macvlanPair({ type: 'macvtap', mode, hairpin })).toBehaveAs(mode, { hairpin });
  });
});
