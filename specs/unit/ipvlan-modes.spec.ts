import { describe, expect, test } from 'vitest';
import { FRAME_KINDS } from '../../lib/model/exchange.ts';
import { deliverIpvlan, type IpvlanTopology, ipvlanCopies } from '../../lib/model/ipvlan-path.ts';

// ns1 ─ ipvlan ┐
//              ├─ host (parent) ── switch ── gateway
// ns2 ─ ipvlan ┘
function topology(more: Partial<IpvlanTopology> = {}, down: string[] = []): IpvlanTopology {
  return {
    parent: { place: 'host', up: !down.includes('host') },
    children: ['ns1', 'ns2'].map((place) => ({ place, up: !down.includes(place) })),
    mode: 'l2',
    flag: 'bridge',
    hairpin: false,
    hosts: ['gateway'],
    ...more,
  };
}

const hairpin = true;
const unicast = (network: IpvlanTopology, from: string, to: string) =>
  deliverIpvlan(network, { kind: 'unicast', from, to });
const broadcast = (network: IpvlanTopology, from: string) =>
  [...deliverIpvlan(network, { kind: 'broadcast', from, to: 'gateway' })].sort();

describe('l2', () => {
  test('bridge siblings talk without the switch, private ones not at all, vepa ones by it (ipvlan_xmit_mode_l2)', () => {
    expect(unicast(topology(), 'ns1', 'ns2')).toEqual(['ns2']);
    expect(unicast(topology({ flag: 'private', hairpin }), 'ns1', 'ns2')).toEqual([]);
    expect(unicast(topology({ flag: 'vepa' }), 'ns1', 'ns2')).toEqual([]);
    expect(unicast(topology({ flag: 'vepa', hairpin }), 'ns1', 'ns2')).toEqual(['ns2']);
  });

  test.for(['bridge', 'private', 'vepa'] as const)(
    'a broadcast comes to siblings with flag %s (ipvlan_process_multicast)',
    (flag) => {
      expect(broadcast(topology({ flag }), 'ns1')).toEqual(['gateway', 'ns2']);
      expect(broadcast(topology({ flag, hairpin }), 'ns1')).toEqual(['gateway', 'host', 'ns2']);
      expect(broadcast(topology({ flag }), 'gateway')).toEqual(['host', 'ns1', 'ns2']);
    },
  );

  test("the parent's host is there for unicast, and hears broadcasts only when they are reflected", () => {
    expect(unicast(topology(), 'ns1', 'host')).toEqual(['host']);
    expect(unicast(topology({ flag: 'vepa' }), 'ns1', 'host')).toEqual([]);
    expect(ipvlanCopies(topology(), 'ns1', 'host', 'ping4')).toBe(0);
    expect(ipvlanCopies(topology({ hairpin }), 'ns1', 'host', 'ping4')).toBe(1);
    expect(ipvlanCopies(topology({ hairpin }), 'host', 'ns1', 'ping4')).toBe(1);
  });
});

describe.for(['l3', 'l3s'] as const)('%s', (mode) => {
  test('siblings need no neighbours, others cannot ask for them', () => {
    expect(ipvlanCopies(topology({ mode }), 'ns1', 'ns2', 'ping4')).toBe(1);
    expect(ipvlanCopies(topology({ mode }), 'ns1', 'gateway', 'ping4')).toBe(0);
    expect(ipvlanCopies(topology({ mode }), 'gateway', 'ns1', 'ping6')).toBe(0);
    expect(unicast(topology({ mode }), 'gateway', 'ns1')).toEqual(['ns1']);
  });

  test('nothing but unicast is sent (ipvlan_process_outbound)', () => {
    const group = FRAME_KINDS.filter((kind) => kind !== 'unicast');
    expect(
      group.flatMap((kind) => deliverIpvlan(topology({ mode, hairpin }), { kind, from: 'ns1', to: 'gateway' })),
    ).toEqual([]);
  });
});

test('ARP comes to an ipvlan in l3, which says nothing, and to its host in l3s', () => {
  const arp = (mode: 'l3' | 'l3s') => deliverIpvlan(topology({ mode }), { kind: 'arp', from: 'gateway', to: 'ns1' });
  expect([arp('l3'), arp('l3s')]).toEqual([['ns1'], ['host']]);
  // Its stack has no use for it.
  expect(ipvlanCopies(topology({ mode: 'l3' }), 'gateway', 'ns1', 'arp')).toBe(0);
});

test('who is down, or whose parent is, hears and says nothing', () => {
  expect(unicast(topology({}, ['ns2']), 'ns1', 'ns2')).toEqual([]);
  expect(unicast(topology({}, ['ns1']), 'ns1', 'ns2')).toEqual([]);
  expect(broadcast(topology({}, ['ns2']), 'ns1')).toEqual(['gateway']);
  expect(unicast(topology({}, ['host']), 'ns1', 'ns2')).toEqual([]);
  expect(unicast(topology({}, ['host']), 'gateway', 'ns1')).toEqual([]);
});
