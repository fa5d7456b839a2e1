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
    'ip -n a link add dev eth0 index 7 type veth peer name eth0 index 8 netns b',
    'ip -n vm link add dev d0 index 9 type dummy',
    'ip -n a link add link eth0 name eth0.100 index 5 netns a type vlan protocol 802.1ad id 100',
    'ip -n a link add link eth0 name eth0.20 index 6 netns a type vlan protocol 802.1Q id 20',
    'ip -n a link add link eth0.20 name i0 index 3 netns vm type ipvlan mode l2 private',
    'ip -n a link add link eth0.100 name eth0.100.10 index 4 netns a type vlan protocol 802.1Q id 10',
    'ip -n a link add link eth0.100.10 name vm0 index 2 netns vm type macvtap mode bridge',
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
