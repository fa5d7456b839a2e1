import { expect, test } from 'vitest';
import { buildable } from '../../lib/report/script/buildable.ts';
import { linkLines, memberLines } from '../../lib/report/script/script-links.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { linksState, StateBuilder } from './lab-states.ts';

test('every kind of link is made by iproute2, after what it is made on', () => {
  const { state, leftOut } = buildable(linksState());
  expect(leftOut).toEqual(['b/gone0, ipvtap: what it leads to is not of this lab']);
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

// a: bond0 (eth0) ── eth0 b, and tun1
test('a bond is told of its slaves once they belong to it, and a tunnel of no MAC address', () => {
  const { state } = new StateBuilder()
    .namespace('a')
    .namespace('b')
    .cable('a/eth0', 'b/eth0', { index: 7, kind: 'veth', master: 'a/bond0', slaveKind: 'bond' })
    .device('a/bond0', { index: 9, kind: 'bond', data: { mode: 'active-backup', activeSlave: 7 } })
    .device('a/tun1', { index: 10, kind: 'ipip', mac: 'c0:00:02:01', data: { local: '192.0.2.1' } });
  const changed = [
    { index: 9, settings: { mode: 'active-backup', activeSlave: 7 }, port: {}, withoutWords: [] },
    { index: 10, settings: { local: '192.0.2.1' }, port: {}, withoutWords: [] },
  ];
  const changes = { ...state, namespaces: state.namespaces.map((each) => ({ ...each, changes: changed })) };
  const lines = linkLines(changes).map((line) => line.replace(/ address [0-9a-f:]+/g, ' address MAC'));
  expect(lines.find((line) => line.includes('bond0 '))).toBe(
    'ip -n a link add bond0 address MAC index 9 type bond mode active-backup',
  );
  expect(lines.find((line) => line.includes('tun1'))).toBe('ip -n a link add tun1 index 10 type ipip local 192.0.2.1');
  expect(lines).toContain('ip -n a link set eth0 master bond0');
  expect(memberLines(changes)).toEqual(['ip -n a link set bond0 type bond active_slave eth0']);
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
