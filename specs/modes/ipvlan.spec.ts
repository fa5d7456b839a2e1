import { expect, IPVLAN_FLAGS, IPVLAN_MODES, type IpvlanFlag, type IpvlanMode, test } from 'hairpin';
import { ipvlanCopies } from '../../lib/model/ipvlan-path.ts';
import { observePair } from '../../lib/probes/observe-pair.ts';
import { describeNeeding } from '../needs.ts';
import { ipvlanPair } from './ipvlan-pair.ts';

// ns1 ─ i1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ i2 ┘                         └─ neighbour
const cases = IPVLAN_MODES.flatMap((mode) =>
  IPVLAN_FLAGS.flatMap((flag) =>
    [false, true].map((hairpin): [IpvlanMode, IpvlanFlag, boolean] => [mode, flag, hairpin]),
  ),
);

describeNeeding(['ipvlan'], () => {
  test.for(cases)(
    'mode %s %s with hairpin %s does what ipvlan_core.c says',
    { timeout: 30_000 },
    async ([mode, flag, hairpin], { lab }) => {
      const pair = ipvlanPair(lab, { mode, flag }, hairpin);
      const children = ['ns1', 'ns2'].map((place) => ({ place, up: true }));
      const hosts = ['gateway', 'neighbour'];
      const topology = { parent: { place: 'host', up: true }, children, mode, flag, hairpin, hosts };
      const observations = await observePair(pair);
      const table = (copiesOf: (each: (typeof observations)[number]) => number) =>
        observations.map((each) => `${each.from} → ${each.to} ${each.kind}: ${copiesOf(each)}`);
      expect(table(({ copies }) => copies)).toEqual(
        table(({ from, to, kind }) => ipvlanCopies(topology, from, to, kind)),
      );
    },
  );
});
