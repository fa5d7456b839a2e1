import { expect, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { bridgeLink, ipAddresses, ipLink, read } from './referee.ts';

// sw: br0
test('a switch is a bridge that says nothing of its own, with the settings asked for', async ({ lab }) => {
  const plain = lab.switch('plain');
  const asked = lab.switch('asked', { ageingTime: 15, stp: true, mcastSnooping: true });
  const usual = { ageing_time: 30000, stp_state: 0, mcast_snooping: 0 };
  expect(await ipLink(plain, 'br0')).toMatchObject({ ifindex: engineOf(plain).bridge, linkinfo: { info_data: usual } });
  expect((await ipLink(asked, 'br0')).linkinfo).toMatchObject({
    info_kind: 'bridge',
    info_data: { ageing_time: 1500, stp_state: 1, mcast_snooping: 1 },
  });
  // No address, so no router solicitation, no MLD report and no ARP of the switch's own.
  lab.cable(lab.namespace('a'), plain);
  const addresses = await read<{ addr_info: unknown[] }>(plain, 'ip', ['-j', 'address']);
  expect(addresses.flatMap(({ addr_info }) => addr_info)).toEqual([]);
  expect(plain.ports.map(String)).toEqual(['plain/p0']);
});

// a ── one ── two ── three ── b, the cable between two and three first
test('switches cabled together are one segment, in whatever order', async ({ lab }) => {
  const [one, two, three] = [lab.switch('one'), lab.switch('two'), lab.switch('three')];
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(two, three);
  lab.cable(one, two);
  lab.cable(a, one);
  lab.cable(b, three);
  expect(await bridgeLink(two, 'p0')).toMatchObject({ master: 'br0', state: 'forwarding' });
  expect(await bridgeLink(two, 'p1')).toMatchObject({ master: 'br0', state: 'forwarding' });
  expect(await ipAddresses(a, 'eth0')).toEqual(['10.0.0.1/24', 'fd00::1/64']);
  expect(await ipAddresses(b, 'eth0')).toEqual(['10.0.0.2/24', 'fd00::2/64']);
  await expect(a).toReach(b);
});

// a ── two ── one ── b: a was there before the cable between the switches
test('a switch that has given out nothing yet takes the subnets of the other', async ({ lab }) => {
  const [one, two] = [lab.switch('one'), lab.switch('two')];
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, two);
  lab.cable(one, two);
  lab.cable(b, one);
  expect(await ipAddresses(a, 'eth0')).toEqual(['10.0.1.1/24', 'fd00:0:0:1::1/64']);
  expect(await ipAddresses(b, 'eth0')).toEqual(['10.0.1.2/24', 'fd00:0:0:1::2/64']);
  await expect(b).toReach(a);
});

// a ── sw ── b
test('the bridge of a switch is none of its interfaces under another name, too', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  sw.br0.set({ name: 'lan' });
  expect(await ipLink(sw, 'lan')).toMatchObject({ ifindex: engineOf(sw).bridge });
  expect(lab.discover()).toEqual([]);
  expect(sw.interfaces.map(String)).toEqual(['sw/p0', 'sw/p1']);
  await expect(a).toReach(b);
});
