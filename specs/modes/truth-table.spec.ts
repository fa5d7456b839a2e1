import { expect, type MacvlanMode, test } from 'hairpin';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour
const modes: MacvlanMode[] = ['bridge', 'private', 'vepa', 'source', 'passthru'];
const cases = modes.flatMap((mode) => [false, true].map((hairpin): [MacvlanMode, boolean] => [mode, hairpin]));

test.for(cases)('mode %s with hairpin %s does what macvlan.c says', async ([mode, hairpin], { macvlanPair }) => {
  await expect(macvlanPair({ mode, hairpin })).toBehaveAs(mode, { hairpin });
});
