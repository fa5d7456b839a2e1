import type { IpvlanFlag, IpvlanMode } from 'hairpin';
import { describe, expect, test } from 'vitest';
import { expectedCopies, type Kind } from '../../lib/model/exchange.ts';
import type { ModelState } from '../../lib/model/network.ts';
import { planNetwork } from './plan-network.ts';

interface Options {
  mode?: IpvlanMode;
  flag?: IpvlanFlag;
  hairpin?: boolean;
  down?: string;
}

/**
 * ns1 ─ ipvlan ┐
 *              ├─ eth0 (host) ── p0 (sw) ── gateway
 * ns2 ─ ipvlan ┘
 */
function network({ mode = 'l2', flag = 'bridge', hairpin = false, down }: Options = {}): ModelState {
  const mac = '02:00:00:00:00:01';
  const addresses = (last: number) => [`10.0.0.${last}/24`, `fd00::${last}/64`];
  const child = (place: string, last: number) => ({
    ...({ kind: 'ipvlan', mac, lower: 'host/eth0', data: { mode, flag }, addresses: addresses(last) } as const),
    // ipvlan_set_port_mode: but in mode l2 it does without ARP.
    arp: mode === 'l2',
    up: down !== place,
  });
  return planNetwork({
    'ns1/eth0': child('ns1', 1),
    'ns2/eth0': child('ns2', 2),
    'host/eth0': { mac, addresses: addresses(3), peer: 'sw/p0', up: down !== 'host' },
    'gateway/eth0': { mac: '02:00:00:00:00:04', addresses: addresses(4), peer: 'sw/p1' },
    'sw/br0': { kind: 'bridge', mac: '02:00:00:00:01:00' },
    'sw/p0': { mac: '02:00:00:00:01:01', peer: 'host/eth0', port: { of: 'br0', hairpin } },
    'sw/p1': { mac: '02:00:00:00:01:02', peer: 'gateway/eth0', port: { of: 'br0' } },
  });
}

const hairpin = true;
const PLACES = ['gateway', 'host', 'ns1', 'ns2'];
const copies = (state: ModelState, from: string, to: string, kind: Kind) =>
  expectedCopies(state, `${from}/eth0`, `${to}/eth0`, kind);
const reaches = (options: Options, from: string, to: string) => copies(network(options), from, to, 'unicast') === 1;
const hears = (options: Options, from: string, kind: Kind = 'broadcast') =>
  PLACES.filter((to) => to !== from && copies(network(options), from, to, kind) > 0);

describe('l2', () => {
  test('bridge siblings talk without the switch, private ones not at all, vepa ones by it (ipvlan_xmit_mode_l2)', () => {
    expect(reaches({}, 'ns1', 'ns2')).toBe(true);
    expect(reaches({ flag: 'private', hairpin }, 'ns1', 'ns2')).toBe(false);
    expect(reaches({ flag: 'vepa' }, 'ns1', 'ns2')).toBe(false);
    expect(reaches({ flag: 'vepa', hairpin }, 'ns1', 'ns2')).toBe(true);
  });

  test.for(['bridge', 'private', 'vepa'] as const)(
    'a broadcast comes to siblings with flag %s (ipvlan_process_multicast)',
    (flag) => {
      expect(hears({ flag }, 'ns1')).toEqual(['gateway', 'ns2']);
      expect(hears({ flag, hairpin }, 'ns1')).toEqual(['gateway', 'host', 'ns2']);
      expect(hears({ flag }, 'gateway')).toEqual(['host', 'ns1', 'ns2']);
    },
  );

  test("the parent's host is there for unicast, and hears broadcasts only when they are reflected", () => {
    expect(reaches({}, 'ns1', 'host')).toBe(true);
    expect(reaches({ flag: 'vepa' }, 'ns1', 'host')).toBe(false);
    expect(copies(network(), 'ns1', 'host', 'ping4')).toBe(0);
    expect(copies(network({ hairpin }), 'ns1', 'host', 'ping4')).toBe(1);
    expect(copies(network({ hairpin }), 'host', 'ns1', 'ping4')).toBe(1);
  });
});

describe.for(['l3', 'l3s'] as const)('%s', (mode) => {
  test('siblings need no neighbours, others cannot ask for them', () => {
    expect(copies(network({ mode }), 'ns1', 'ns2', 'ping4')).toBe(1);
    expect(copies(network({ mode }), 'ns1', 'gateway', 'ping4')).toBe(0);
    expect(copies(network({ mode }), 'gateway', 'ns1', 'ping6')).toBe(0);
    expect(reaches({ mode }, 'gateway', 'ns1')).toBe(true);
  });

  test('what is for others the namespace of the parent routes (ipvlan_process_outbound)', () => {
    expect(reaches({ mode }, 'ns1', 'gateway')).toBe(true);
    expect(reaches({ mode }, 'ns1', 'host')).toBe(true);
  });

  test('nothing but unicast is sent', () => {
    for (const kind of ['broadcast', 'multicast', 'arp', 'nd'] as const)
      expect(hears({ mode, hairpin }, 'ns1', kind).filter((place) => place !== 'ns2')).toEqual([]);
  });
});

test('an ipvlan without ARP makes nothing of a question that comes to it (arp_rcv)', () => {
  expect(copies(network({ mode: 'l3' }), 'gateway', 'ns1', 'arp')).toBe(0);
  expect(copies(network({ mode: 'l2' }), 'gateway', 'ns1', 'arp')).toBe(1);
});

test('who is down, or whose parent is, hears and says nothing', () => {
  expect(reaches({ down: 'ns2' }, 'ns1', 'ns2')).toBe(false);
  expect(reaches({ down: 'ns1' }, 'ns1', 'ns2')).toBe(false);
  expect(hears({ down: 'ns2' }, 'ns1')).toEqual(['gateway']);
  expect(reaches({ down: 'host' }, 'ns1', 'ns2')).toBe(false);
  expect(reaches({ down: 'host' }, 'gateway', 'ns1')).toBe(false);
});
