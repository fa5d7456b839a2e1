import type { MacvlanMode } from 'hairpin';
import { describe, expect, test } from 'vitest';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { article, type Child, deliver, MAC, type Place } from './article.ts';

// ns1 ─ macvlan ┐
//               ├─ eth0 (host) ── p0 (sw) ── gateway
// ns2 ─ macvlan ┘
function topology(modes: { ns1: MacvlanMode; ns2?: MacvlanMode }, { hairpin = false, down = [] as string[] } = {}) {
  const child = (place: string, mode: MacvlanMode): Child => ({ mode, up: !down.includes(place) });
  const children = { ns1: child('ns1', modes.ns1), ...(modes.ns2 ? { ns2: child('ns2', modes.ns2) } : {}) };
  return article({ children, hairpin, parentUp: !down.includes('host') });
}

type Network = ReturnType<typeof topology>;

const unicast = (network: Network, from: Place, to: Place) => lan(deliver(network, from, MAC[to]));
const broadcast = (network: Network, from: Place) => lan(deliver(network, from, BROADCAST_MAC)).sort();

/** The neighbour is to the switch what the gateway is. */
const lan = (places: string[]) => places.filter((place) => place !== 'neighbour');

const both = (mode: MacvlanMode) => ({ ns1: mode, ns2: mode });
const hairpin = true;

describe('vepa', () => {
  test('everything leaves by the parent: siblings talk only through a reflecting switch (macvlan_queue_xmit)', () => {
    expect(unicast(topology(both('vepa')), 'ns1', 'ns2')).toEqual([]);
    expect(unicast(topology(both('vepa'), { hairpin }), 'ns1', 'ns2')).toEqual(['ns2']);
    expect(broadcast(topology(both('vepa')), 'ns1')).toEqual(['gateway']);
  });

  test('a reflected broadcast goes to all but its sender (macvlan_multicast_rx)', () => {
    expect(broadcast(topology(both('vepa'), { hairpin }), 'ns1')).toEqual(['gateway', 'host', 'ns2']);
    expect(broadcast(topology({ ns1: 'vepa', ns2: 'bridge' }, { hairpin }), 'ns1')).toEqual(['gateway', 'host', 'ns2']);
    expect(broadcast(topology({ ns1: 'vepa', ns2: 'private' }, { hairpin }), 'ns1')).toEqual(['gateway', 'host']);
  });
});

describe('bridge', () => {
  test('siblings talk without the switch (macvlan_queue_xmit)', () => {
    expect(unicast(topology(both('bridge')), 'ns1', 'ns2')).toEqual(['ns2']);
    expect(broadcast(topology(both('bridge')), 'ns1')).toEqual(['gateway', 'ns2']);
  });

  test('a sibling gets one copy of a broadcast though the switch reflects (macvlan_process_broadcast)', () => {
    expect(broadcast(topology(both('bridge'), { hairpin }), 'ns1')).toEqual(['gateway', 'host', 'ns2']);
  });

  test('a sibling in vepa gets nothing locally, and the reflected copy', () => {
    const mixed = { ns1: 'bridge', ns2: 'vepa' } as const;
    expect(unicast(topology(mixed), 'ns1', 'ns2')).toEqual([]);
    expect(broadcast(topology(mixed), 'ns1')).toEqual(['gateway']);
    expect(unicast(topology(mixed, { hairpin }), 'ns1', 'ns2')).toEqual(['ns2']);
    expect(broadcast(topology(mixed, { hairpin }), 'ns1')).toEqual(['gateway', 'host', 'ns2']);
  });

  test('a sibling that is down is looked for outside (macvlan_stop takes it out of the hash)', () => {
    expect(unicast(topology(both('bridge'), { down: ['ns2'], hairpin }), 'ns1', 'ns2')).toEqual([]);
    expect(broadcast(topology(both('bridge'), { down: ['ns2'] }), 'ns1')).toEqual(['gateway']);
  });
});

describe('private', () => {
  test('a broadcast that comes back goes to its sender only (macvlan_handle_frame, "forward to original port")', () => {
    expect(broadcast(topology(both('private'), { hairpin }), 'ns1')).toEqual(['gateway', 'ns1']);
    expect(broadcast(topology({ ns1: 'private', ns2: 'bridge' }, { hairpin }), 'ns1')).toEqual(['gateway', 'ns1']);
  });

  test('a unicast that comes back is delivered: the wall is for broadcast alone (macvlan_handle_frame)', () => {
    expect(unicast(topology(both('private'), { hairpin }), 'ns1', 'ns2')).toEqual(['ns2']);
    expect(unicast(topology(both('private')), 'ns1', 'ns2')).toEqual([]);
  });

  test('a broadcast from outside is heard (macvlan_multicast_rx without a source)', () => {
    expect(broadcast(topology(both('private')), 'gateway')).toEqual(['host', 'ns1', 'ns2']);
  });
});

describe('passthru', () => {
  // macvlan_common_newlink: the child has its parent's address.
  const passthru = (options: { hairpin?: boolean; down?: string[] } = {}) => topology({ ns1: 'passthru' }, options);

  test('the first child takes every unicast, the parent none (macvlan_handle_frame)', () => {
    const network = passthru();
    expect(unicast(network, 'gateway', 'host')).toEqual(['ns1']);
    expect(unicast(network, 'gateway', 'ns2')).toEqual(['ns1']);
  });

  test('a unicast for a child that is down is freed, not passed to the parent', () => {
    expect(unicast(passthru({ down: ['ns1'] }), 'gateway', 'host')).toEqual([]);
  });

  test('a broadcast from outside goes to both', () => {
    expect(broadcast(passthru(), 'gateway')).toEqual(['host', 'ns1']);
  });

  test('a broadcast that comes back goes to the child, and the parent never hears its own', () => {
    const reflecting = passthru({ hairpin });
    expect(broadcast(reflecting, 'ns1')).toEqual(['gateway', 'ns1']);
    expect(broadcast(reflecting, 'host')).toEqual(['gateway', 'ns1']);
  });
});

describe('the parent', () => {
  test.each(['vepa', 'bridge'] as const)('is reached from a child in %s behind a reflecting switch', (mode) => {
    expect(unicast(topology(both(mode), { hairpin }), 'ns1', 'host')).toEqual(['host']);
    expect(broadcast(topology(both(mode), { hairpin }), 'ns1')).toContain('host');
    expect(unicast(topology(both(mode)), 'ns1', 'host')).toEqual([]);
    expect(broadcast(topology(both(mode)), 'ns1')).not.toContain('host');
  });

  test('hears no broadcast from a child in private, so ARP never finds it, but would take the unicast', () => {
    expect(broadcast(topology(both('private'), { hairpin }), 'ns1')).not.toContain('host');
    expect(unicast(topology(both('private'), { hairpin }), 'ns1', 'host')).toEqual(['host']);
  });

  test.each(['vepa', 'bridge', 'private'] as const)(
    'reaches a child in %s only through a reflecting switch',
    (mode) => {
      expect(unicast(topology(both(mode)), 'host', 'ns1')).toEqual([]);
      expect(unicast(topology(both(mode), { hairpin }), 'host', 'ns1')).toEqual(['ns1']);
      expect(broadcast(topology(both(mode)), 'host')).toEqual(['gateway']);
    },
  );

  test('that is down lets nothing in or out, local frames included (macvlan_device_event)', () => {
    for (const mode of ['vepa', 'bridge', 'private', 'source'] as const) {
      const network = topology(both(mode), { down: ['host'], hairpin });
      expect(unicast(network, 'ns1', 'ns2')).toEqual([]);
      expect(broadcast(network, 'ns1')).toEqual([]);
      expect(broadcast(network, 'host')).toEqual([]);
      expect(broadcast(network, 'gateway')).toEqual([]);
    }
  });
});

test('a child that is down neither sends nor hears', () => {
  for (const mode of ['vepa', 'bridge', 'private'] as const) {
    const network = topology(both(mode), { down: ['ns1'], hairpin });
    expect(broadcast(network, 'ns1')).toEqual([]);
    expect(unicast(network, 'gateway', 'ns1')).toEqual([]);
    expect(broadcast(network, 'gateway')).toEqual(['host', 'ns2']);
  }
});
