import { expect, type MacvlanMode, type Namespace, test } from 'hairpin';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway 10.0.0.1
// ns2 ─ m2 ┘                         └─ neighbour 10.0.0.10
//
// The article's own tool is the referee: what hairpin answers, `ping -c1` confirms.
const ADDRESSES = { peer: '10.0.0.102', gateway: '10.0.0.1', neighbour: '10.0.0.10', parent: '10.0.0.18' };

const cases: [mode: MacvlanMode, hairpin: boolean, reached: string[]][] = [
  ['bridge', false, ['peer', 'gateway', 'neighbour']],
  ['bridge', true, ['peer', 'gateway', 'neighbour', 'parent']],
  ['private', false, ['gateway', 'neighbour']],
  ['private', true, ['gateway', 'neighbour']],
  ['vepa', false, ['gateway', 'neighbour']],
  ['vepa', true, ['peer', 'gateway', 'neighbour', 'parent']],
];

test.for(cases)('ping and toReach agree: mode %s, hairpin %s', async ([mode, hairpin, reached], { macvlanPair }) => {
  const { ns1 } = macvlanPair({ mode, hairpin });
  for (const [place, address] of Object.entries(ADDRESSES)) {
    const expected = reached.includes(place);
    expect({ place, answered: await ping(ns1, address) }).toEqual({ place, answered: expected });
    if (expected) await expect(ns1).toReach(address);
    else await expect(ns1).not.toReach(address);
  }
});

async function ping(from: Namespace, address: string): Promise<boolean> {
  const { exitCode } = await from.exec('ping', ['-n', '-c1', '-W1', address], { reject: false });
  return exitCode === 0;
}
