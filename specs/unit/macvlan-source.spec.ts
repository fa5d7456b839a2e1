import { describe, expect, test } from 'vitest';
import { type Child, deliver, type Topology } from '../../lib/model/frame-path.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';

// ns1 ─ macvlan source ─ host (parent) ── switch ── gateway, neighbour
const NS1 = '02:00:00:00:00:01';
const HOST = '02:00:00:00:00:03';
const GATEWAY = '02:00:00:00:00:04';
const NEIGHBOUR = '02:00:00:00:00:05';

function topology(child: Partial<Child>, hairpin = false): Topology {
  return {
    parent: { place: 'host', mac: HOST, up: true },
    children: [{ place: 'ns1', mode: 'source', mac: NS1, up: true, ...child }],
    hairpin,
    hosts: [
      { place: 'gateway', mac: GATEWAY },
      { place: 'neighbour', mac: NEIGHBOUR },
    ],
  };
}

describe('a source child', () => {
  const listening = topology({ hears: [GATEWAY] });

  test('hears only listed senders (macvlan_forward_source)', () => {
    expect(deliver(listening, 'gateway', { source: GATEWAY, destination: NS1 })).toEqual(['ns1']);
    expect(deliver(listening, 'neighbour', { source: NEIGHBOUR, destination: NS1 })).toEqual([]);
    expect(deliver(topology({}), 'gateway', { source: GATEWAY, destination: NS1 })).toEqual([]);
  });

  test('gets one copy of a broadcast, and the parent its own', () => {
    const frame = { source: GATEWAY, destination: BROADCAST_MAC };
    expect(deliver(listening, 'gateway', frame)).toEqual(['neighbour', 'ns1', 'host']);
    expect(deliver(topology({}), 'gateway', frame)).toEqual(['neighbour', 'host']);
  });

  test('drops the copy of what is for another (macvlan_forward_source_one leaves it PACKET_OTHERHOST)', () => {
    expect(deliver(listening, 'gateway', { source: GATEWAY, destination: HOST })).toEqual(['host']);
  });

  test('sends by the parent, and gets its own broadcast back from a reflecting switch', () => {
    const frame = { source: NS1, destination: BROADCAST_MAC };
    expect(deliver(topology({}), 'ns1', frame)).toEqual(['gateway', 'neighbour']);
    expect(deliver(topology({}, true), 'ns1', frame)).toEqual(['gateway', 'neighbour', 'ns1']);
  });

  test('that lists itself gets its own broadcast back twice', () => {
    const frame = { source: NS1, destination: BROADCAST_MAC };
    expect(deliver(topology({ hears: [NS1] }, true), 'ns1', frame)).toEqual(['gateway', 'neighbour', 'ns1', 'ns1']);
  });
});

describe('nodst', () => {
  test('consumes what its child hears: the parent gets no broadcast and no unicast (MACVLAN_FLAG_NODST)', () => {
    const network = topology({ hears: [GATEWAY], nodst: true });
    expect(deliver(network, 'gateway', { source: GATEWAY, destination: BROADCAST_MAC })).toEqual(['neighbour', 'ns1']);
    expect(deliver(network, 'gateway', { source: GATEWAY, destination: HOST })).toEqual([]);
  });

  test('leaves other senders alone', () => {
    const network = topology({ hears: [GATEWAY], nodst: true });
    expect(deliver(network, 'neighbour', { source: NEIGHBOUR, destination: HOST })).toEqual(['host']);
  });

  test('consumes even when its child is down: macvlan_stop leaves the list of sources alone', () => {
    const network = topology({ hears: [GATEWAY], nodst: true, up: false });
    expect(deliver(network, 'gateway', { source: GATEWAY, destination: HOST })).toEqual([]);
    expect(deliver(network, 'gateway', { source: GATEWAY, destination: BROADCAST_MAC })).toEqual(['neighbour']);
  });
});
