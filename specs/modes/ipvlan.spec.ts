import { expect, IPVLAN_FLAGS, IPVLAN_MODES, type IpvlanFlag, type IpvlanMode, test } from 'hairpin';
import { enginesOf } from '../../lib/lab/engines/engine.ts';
import { expectedCopies } from '../../lib/model/exchange.ts';
import { MODEL_PARTS } from '../../lib/model/network.ts';
import { observePair } from '../../lib/probes/observe-pair.ts';
import { pairDevices } from '../../lib/probes/pair-devices.ts';
import { readNetwork } from '../../lib/state/read-network.ts';
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
  test.for(cases)('mode %s %s with hairpin %s does what ipvlan_core.c says', async ([mode, flag, hairpin], { lab }) => {
    const pair = ipvlanPair(lab, { mode, flag }, hairpin);
    const devices = pairDevices('ipvlan', pair);
    const state = readNetwork(enginesOf(lab.namespaces), MODEL_PARTS);
    const observations = await observePair(pair);
    const table = (copiesOf: (each: (typeof observations)[number]) => number) =>
      observations.map((each) => `${each.from} → ${each.to} ${each.kind}: ${copiesOf(each)}`);
    expect(table(({ copies }) => copies)).toEqual(
      table(({ from, to, kind }) => expectedCopies(state, String(devices[from]), String(devices[to]), kind)),
    );
  });
});
