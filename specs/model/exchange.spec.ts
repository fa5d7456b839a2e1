import type { MacvlanMode } from 'hairpin';
import { describe, expect, test } from 'vitest';
import { expectedCopies, FRAME_KINDS, KINDS, type Kind } from '../../lib/model/exchange.ts';
import { article } from './article.ts';

// ns1 ─ macvlan ┐
//               ├─ eth0 (host) ── p0 (sw) ── gateway
// ns2 ─ macvlan ┘
const network = (ns1: MacvlanMode, ns2: MacvlanMode, hairpin: boolean) =>
  article({ children: { ns1: { mode: ns1 }, ns2: { mode: ns2 } }, hairpin });

const copies = (state: ReturnType<typeof network>, from: string, to: string, kind: Kind) =>
  expectedCopies(state, `${from}/eth0`, `${to}/eth0`, kind);

test('an exchange is a ping; all else is a single frame', () => {
  expect(KINDS.filter((kind) => !FRAME_KINDS.some((frame) => frame === kind))).toEqual(['ping4', 'ping6']);
});

describe('a single frame', () => {
  const walled = network('private', 'vepa', true);

  test.each(['arp', 'broadcast', 'multicast', 'nd'] as const)('of the kind %s is a group frame', (kind) => {
    expect(copies(walled, 'ns1', 'ns2', kind)).toBe(0);
    expect(copies(walled, 'gateway', 'ns2', kind)).toBe(1);
  });

  test('of the kind unicast is for its receiver alone', () => {
    expect(copies(walled, 'ns1', 'ns2', 'unicast')).toBe(1);
    expect(copies(walled, 'ns1', 'host', 'unicast')).toBe(1);
  });
});

describe('an echo', () => {
  test.each(['ping4', 'ping6'] as const)('%s comes back where both ways are open', (kind) => {
    expect(copies(network('bridge', 'bridge', false), 'ns1', 'ns2', kind)).toBe(1);
    expect(copies(network('vepa', 'vepa', true), 'ns1', 'ns2', kind)).toBe(1);
    expect(copies(network('vepa', 'vepa', false), 'ns1', 'ns2', kind)).toBe(0);
  });

  test("needs its asker's broadcast only: the target learns the asker from its question (arp_process)", () => {
    const drawn = network('private', 'vepa', true);
    expect(copies(drawn, 'ns1', 'ns2', 'ping4')).toBe(0);
    expect(copies(drawn, 'ns2', 'ns1', 'ping4')).toBe(0);
    expect(copies(drawn, 'host', 'ns1', 'ping4')).toBe(1);
    expect(copies(drawn, 'ns1', 'host', 'ping4')).toBe(0);
  });

  test('needs the way back: a source child that hears nobody asks in vain', () => {
    const drawn = network('source', 'vepa', false);
    expect(copies(drawn, 'ns1', 'gateway', 'arp')).toBe(1);
    expect(copies(drawn, 'ns1', 'gateway', 'ping4')).toBe(0);
    expect(copies(drawn, 'ns2', 'gateway', 'ping4')).toBe(1);
  });
});

test('a device that the network does not have is named', () => {
  expect(() => copies(network('vepa', 'vepa', false), 'ns1', 'ns3', 'unicast')).toThrow(
    new Error('there is no device ns3/eth0 in the network'),
  );
});
