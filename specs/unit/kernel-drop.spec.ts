import { describe, expect, test } from 'vitest';
import type { PacketEvent } from '../../lib/kernel/packet-events/packet-tracer.ts';
import { findDrops, findUnsentDrop, isDropAt, type Sighting } from '../../lib/trace/kernel-drop.ts';

const OURS = 7;
const SENDS = { thread: OURS, times: [[1000n, 2000n]] as [bigint, bigint][] };
const LENGTH = 98;

let now = 0n;

/** `queue 1 eth0` of our thread's own, 10 ns after the one before; the rest as given. */
function event(words: string, more: Partial<PacketEvent> = {}): PacketEvent {
  const [kind = '', skb = '', device] = words.split(' ');
  now += 10n;
  return {
    kind: kind as PacketEvent['kind'],
    time: now,
    cpu: 0,
    thread: OURS,
    interrupt: true,
    skb: BigInt(skb),
    ...(device ? { device, length: kind === 'queue' ? LENGTH : LENGTH - 14 } : {}),
    ...(kind === 'drop' ? { reason: 'SKB_DROP_REASON_IP_RPFILTER', location: 1n } : {}),
    ...more,
  };
}

function drops(...events: readonly (string | [string, Partial<PacketEvent>])[]): string[] {
  now = 1000n;
  const all = events.map((each, at) => {
    const [words, more = {}] = typeof each === 'string' ? [each] : each;
    return event(words, at === 0 ? { interrupt: false, ...more } : more);
  });
  return findDrops(all, SENDS, LENGTH).map(({ way }) =>
    way.map(({ device, direction }) => `${device} ${direction}`).join(', '),
  );
}

describe('a packet is followed from the send to its drop', () => {
  test('from device to device', () => {
    expect(drops('queue 1 eth0', 'receive 1 eth0', 'queue 1 eth1', 'receive 1 eth0', 'drop 1')).toEqual([
      'eth0 out, eth0 in, eth1 out, eth0 in',
    ]);
  });

  test('on whatever CPU, and by a kernel thread', () => {
    const elsewhere = { cpu: 1, thread: 99 };
    expect(drops('queue 1 eth0', ['receive 1 eth0', elsewhere], ['drop 1', elsewhere])).toEqual(['eth0 out, eth0 in']);
  });

  test('until it has served: then its address is another packet’s', () => {
    expect(drops('queue 1 eth0', 'receive 1 eth0', 'consume 1', 'receive 1 eth0', 'drop 1')).toEqual([]);
  });

  test('its copies in a flood, and an answer to it', () => {
    expect(drops('queue 1 eth0', 'receive 1 p0', 'queue 2 p1', 'queue 1 p2', 'receive 2 eth0', 'drop 2')).toEqual([
      'eth0 out, p0 in, p1 out, eth0 in',
    ]);
    expect(drops('queue 1 eth0', 'receive 1 eth0', 'queue 2 eth0', 'consume 1', 'receive 2 eth0', 'drop 2')).toEqual([
      'eth0 out, eth0 in, eth0 out, eth0 in',
    ]);
  });
});

describe('what is not surely ours is nobody’s', () => {
  test.for<[what: string, root: Partial<PacketEvent>]>([
    ['another thread', { thread: 8 }],
    ['a soft interrupt on our thread: another lab’s packet', { interrupt: true }],
    ['before the send', { time: 999n }],
    ['after the send', { time: 2001n }],
    ['another length', { length: 99 }],
  ])('%s', ([, root]) => {
    expect(drops(['queue 1 eth0', root], 'receive 1 eth0', ['drop 1', { time: 3000n }])).toEqual([]);
  });

  test('another packet’s copy, sent by the CPU when it had gone on to the next', () => {
    const others = ['receive 3 eth0', 'queue 2 eth0'];
    expect(drops('queue 1 eth0', 'receive 1 eth0', ...others, 'consume 1', 'receive 2 eth0', 'drop 2')).toEqual([]);
  });

  test('another packet, sent by another CPU meanwhile', () => {
    const other: [string, Partial<PacketEvent>] = ['queue 2 eth0', { cpu: 1 }];
    expect(drops('queue 1 eth0', 'receive 1 eth0', other, 'consume 1', 'receive 2 eth0', 'drop 2')).toEqual([]);
  });

  test('a packet that lay in a queue while the CPU did other things', () => {
    const late = { time: 9_000_000n };
    expect(drops('queue 1 eth0', 'receive 1 eth0', 'queue 2 eth0', 'drop 2', ['consume 1', late])).toEqual([]);
    const bySocket = { interrupt: false };
    expect(drops('queue 1 eth0', 'receive 1 eth0', 'queue 2 eth0', 'drop 2', ['consume 1', bySocket])).toEqual([]);
  });

  test('of what was never sent, only our own drop in the send itself', () => {
    now = 1000n;
    const inSend = event('drop 5', { interrupt: false });
    expect(findUnsentDrop([event('drop 4'), inSend], SENDS)).toBe(inSend);
    expect(findUnsentDrop([event('drop 4'), event('drop 5', { interrupt: false, thread: 8 })], SENDS)).toBeUndefined();
    const sent = event('queue 6 eth0', { interrupt: false });
    expect(findUnsentDrop([inSend, sent], SENDS)).toBeUndefined();
  });
});

describe('a drop is that of a way that the taps saw', () => {
  const seen = (...steps: string[]) =>
    steps.map((step) => {
      const [name = '', direction = ''] = step.split(' ');
      return { at: { name }, direction } as unknown as Sighting;
    });
  const drop = (...steps: string[]) => ({
    event: event('drop 1'),
    way: seen(...steps).map(({ at, direction }) => ({ device: at.name, direction })),
  });

  test('when it came by the same devices, and died at the last', () => {
    expect(isDropAt(drop('eth0 out', 'p0 in'), seen('eth0 out', 'p0 in'))).toBe(true);
  });

  test.for<[what: string, drop: string[]]>([
    ['another device', ['eth0 out', 'p1 in']],
    ['another direction', ['eth0 out', 'p0 out']],
    ['earlier', ['eth0 out']],
    ['later', ['eth0 out', 'p0 in', 'p1 out']],
  ])('not at %s', ([, way]) => {
    expect(isDropAt(drop(...way), seen('eth0 out', 'p0 in'))).toBe(false);
  });
});
