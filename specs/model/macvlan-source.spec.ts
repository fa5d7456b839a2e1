import { describe, expect, test } from 'vitest';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { article, type Child, deliver, MAC } from './article.ts';

// ns1 ─ macvlan source ─ eth0 (host) ── p0 (sw) ─┬─ gateway
//                                                └─ neighbour
const network = (child: Partial<Child>, hairpin = false) =>
  article({ children: { ns1: { mode: 'source', ...child } }, hairpin });

describe('a source child', () => {
  const listening = network({ macaddr: [MAC.gateway] });

  test('hears only listed senders (macvlan_forward_source)', () => {
    expect(deliver(listening, 'gateway', MAC.ns1)).toEqual(['ns1']);
    expect(deliver(listening, 'neighbour', MAC.ns1)).toEqual([]);
    expect(deliver(network({}), 'gateway', MAC.ns1)).toEqual([]);
  });

  test('gets one copy of a broadcast, and the parent its own', () => {
    expect(deliver(listening, 'gateway', BROADCAST_MAC)).toEqual(['host', 'neighbour', 'ns1']);
    expect(deliver(network({}), 'gateway', BROADCAST_MAC)).toEqual(['host', 'neighbour']);
  });

  test('takes what is for its parent: the copy is PACKET_HOST, as the parent has it (macvlan_forward_source_one)', () => {
    expect(deliver(listening, 'gateway', MAC.host)).toEqual(['host', 'ns1']);
  });

  test('drops the copy of what is for anybody else', () => {
    expect(deliver(listening, 'gateway', '02:ff:ff:ff:ff:ff')).toEqual([]);
  });

  test('sends by the parent, and gets its own broadcast back from a reflecting switch', () => {
    expect(deliver(network({}), 'ns1', BROADCAST_MAC)).toEqual(['gateway', 'neighbour']);
    expect(deliver(network({}, true), 'ns1', BROADCAST_MAC)).toEqual(['gateway', 'neighbour', 'ns1']);
  });

  test('that lists itself gets its own broadcast back twice', () => {
    expect(deliver(network({ macaddr: [MAC.ns1] }, true), 'ns1', BROADCAST_MAC)).toEqual([
      'gateway',
      'neighbour',
      'ns1',
      'ns1',
    ]);
  });
});

describe('nodst', () => {
  test('consumes what its child hears: the parent gets no broadcast and no unicast (MACVLAN_FLAG_NODST)', () => {
    const deaf = network({ macaddr: [MAC.gateway], nodst: true });
    expect(deliver(deaf, 'gateway', BROADCAST_MAC)).toEqual(['neighbour', 'ns1']);
    expect(deliver(deaf, 'gateway', MAC.host)).toEqual(['ns1']);
  });

  test('leaves other senders alone', () => {
    const deaf = network({ macaddr: [MAC.gateway], nodst: true });
    expect(deliver(deaf, 'neighbour', MAC.host)).toEqual(['host']);
  });

  test('consumes even when its child is down: macvlan_stop leaves the list of sources alone', () => {
    const deaf = network({ macaddr: [MAC.gateway], nodst: true, up: false });
    expect(deliver(deaf, 'gateway', MAC.host)).toEqual([]);
    expect(deliver(deaf, 'gateway', BROADCAST_MAC)).toEqual(['neighbour']);
  });
});
