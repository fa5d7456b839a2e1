import { expect, test } from 'vitest';
import { buildable } from '../../lib/report/buildable.ts';
import { linkLines } from '../../lib/report/script-links.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { linksState } from './lab-states.ts';

test('every kind of link is made by iproute2, after what it is made on', () => {
  const { state, leftOut } = buildable(linksState());
  expect(leftOut).toEqual(['# Left out: b/gone0, ipvtap: what it leads to is not of this lab']);
  const lines = linkLines(state);
  expect(lines.map((line) => line.replace(/ address [0-9a-f:]+/g, ''))).toEqual([
    'ip -n a link add eth0 index 7 type veth peer name eth0 netns b index 8',
    'ip -n vm link add d0 index 9 type dummy',
    'ip -n a link add eth0.100 link eth0 netns a index 5 type vlan protocol 802.1ad id 100',
    'ip -n a link add eth0.20 link eth0 netns a index 6 type vlan protocol 802.1Q id 20',
    'ip -n a link add i0 link eth0.20 netns vm index 3 type ipvlan mode l2 private',
    'ip -n a link add eth0.100.10 link eth0.100 netns a index 4 type vlan protocol 802.1Q id 10',
    'ip -n a link add vm0 link eth0.100.10 netns vm index 2 type macvtap mode bridge',
  ]);
  // An ipvlan has its parent's address, and refuses another.
  expect(lines.find((line) => line.includes('ipvlan'))).not.toContain('address');
});

test('the state of every kind, in words', () => {
  const state = linksState();
  const words = state.namespaces.map((namespace) => stateText(state, namespace)).join('\n');
  for (const line of [
    /eth0\.100@a\/eth0 .* vlan protocol 802\.1ad id 100/,
    /i0@a\/eth0\.20 .* ipvlan mode l2 private/,
    /vm0@a\/eth0\.100\.10 .* macvtap mode bridge/,
  ])
    expect(words).toMatch(line);
});
