import { describe, expect, test } from 'vitest';
import { expectedCopies, FRAME_KINDS, KINDS } from '../../lib/model/exchange.ts';
import type { Mode, Topology } from '../../lib/model/frame-path.ts';

// ns1 ─ macvlan ┐
//               ├─ host (parent) ── switch ── gateway
// ns2 ─ macvlan ┘
function topology(ns1: Mode, ns2: Mode, hairpin: boolean): Topology {
  const child = (place: string, mode: Mode, last: number) => ({
    place,
    mode,
    mac: `02:00:00:00:00:0${last}`,
    up: true,
  });
  return {
    parent: { place: 'host', mac: '02:00:00:00:00:03', up: true },
    children: [child('ns1', ns1, 1), child('ns2', ns2, 2)],
    hairpin,
    hosts: [{ place: 'gateway', mac: '02:00:00:00:00:04' }],
  };
}

test('an exchange is a ping; all else is a single frame', () => {
  expect(KINDS.filter((kind) => !FRAME_KINDS.some((frame) => frame === kind))).toEqual(['ping4', 'ping6']);
});

describe('a single frame', () => {
  const walled = topology('private', 'vepa', true);

  test.each(['arp', 'broadcast', 'multicast', 'nd'] as const)('of the kind %s is a group frame', (kind) => {
    expect(expectedCopies(walled, 'ns1', 'ns2', kind)).toBe(0);
    expect(expectedCopies(walled, 'gateway', 'ns2', kind)).toBe(1);
  });

  test('of the kind unicast is for its receiver alone', () => {
    expect(expectedCopies(walled, 'ns1', 'ns2', 'unicast')).toBe(1);
    expect(expectedCopies(walled, 'ns1', 'host', 'unicast')).toBe(1);
  });
});

describe('an echo', () => {
  test.each(['ping4', 'ping6'] as const)('%s comes back where both ways are open', (kind) => {
    expect(expectedCopies(topology('bridge', 'bridge', false), 'ns1', 'ns2', kind)).toBe(1);
    expect(expectedCopies(topology('vepa', 'vepa', true), 'ns1', 'ns2', kind)).toBe(1);
    expect(expectedCopies(topology('vepa', 'vepa', false), 'ns1', 'ns2', kind)).toBe(0);
  });

  test("needs its asker's broadcast only: the target learns the asker from its question (arp_process)", () => {
    const network = topology('private', 'vepa', true);
    expect(expectedCopies(network, 'ns1', 'ns2', 'ping4')).toBe(0);
    expect(expectedCopies(network, 'ns2', 'ns1', 'ping4')).toBe(0);
    expect(expectedCopies(network, 'host', 'ns1', 'ping4')).toBe(1);
    expect(expectedCopies(network, 'ns1', 'host', 'ping4')).toBe(0);
  });

  test('needs the way back: a source child that hears nobody asks in vain', () => {
    const network = topology('source', 'vepa', false);
    expect(expectedCopies(network, 'ns1', 'gateway', 'arp')).toBe(1);
    expect(expectedCopies(network, 'ns1', 'gateway', 'ping4')).toBe(0);
    expect(expectedCopies(network, 'ns2', 'gateway', 'ping4')).toBe(1);
  });
});

test('a place that the topology does not have is named', () => {
  expect(() => expectedCopies(topology('vepa', 'vepa', false), 'ns1', 'ns3', 'unicast')).toThrow(
    new Error('there is no place ns3 in the topology'),
  );
});
