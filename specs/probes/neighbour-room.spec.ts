import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { NeighbourTableState } from '../../lib/netlink/routing/neighbour-table.ts';

/** What stands in for the machine's table; called each time that it is looked at. */
const { look } = vi.hoisted(() => ({ look: { at: undefined as (() => Partial<NeighbourTableState>) | undefined } }));

vi.mock('../../lib/netlink/routing/neighbour-table.ts', async (original) => {
  const real = await original<typeof import('../../lib/netlink/routing/neighbour-table.ts')>();
  const pretend = (...args: Parameters<typeof real.listNeighbourTables>) =>
    real.listNeighbourTables(...args).map((table) => ({ ...table, ...look.at?.() }));
  return { ...real, listNeighbourTables: pretend };
});

// In a worker that goes on to other files, or comes from one (--no-isolate), theirs is the true one.
let createLab: typeof import('../../lib/lab/index.ts').createLab;
let reach: typeof import('../../lib/probes/reach.ts').reach;
let reachability: typeof import('../../lib/probes/reachability.ts').reachability;
beforeAll(async () => {
  vi.resetModules();
  ({ createLab } = await import('../../lib/lab/index.ts'));
  ({ reach } = await import('../../lib/probes/reach.ts'));
  ({ reachability } = await import('../../lib/probes/reachability.ts'));
});
afterAll(() => vi.resetModules());

const FULL =
  /^the machine's arp_cache has no room \(1024 entries of all namespaces, at most 1024, net\.ipv4\.neigh\.default\.gc_thresh3\): /;
const patience = { milliseconds: 20 };

/** A network in which a probe is lost, as it is while the table is full, until somebody lets it pass. */
async function withHosts<T>(use: (hosts: ReturnType<typeof hostsOf>) => Promise<T>): Promise<T> {
  const lab = createLab();
  try {
    return await use(hostsOf(lab));
  } finally {
    look.at = undefined;
    await lab.close();
  }
}

// a ── sw ── b
function hostsOf(lab: import('../../lib/lab/index.ts').Lab) {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const ports = [lab.cable(a, sw).b, lab.cable(b, sw).b];
  const isolate = (isolated: boolean) => {
    for (const port of ports) port.set({ isolated });
  };
  isolate(true);
  return { a, b, letPass: () => isolate(false), keepBack: () => isolate(true) };
}

describe('while the neighbour table of the machine is full', () => {
  test('a question is asked again, and answered when there is room', () =>
    withHosts(async ({ a, b, letPass }) => {
      let looks = 0;
      look.at = () => {
        // Before the question, after it, and while room is waited for: then others have gone.
        const isFull = looks++ < 3;
        if (!isFull) letPass();
        return { entries: isFull ? 1024 : 10, limit: 1024, overflows: BigInt(Math.min(looks, 3)) };
      };
      expect(await reach('asking', a, b, {}, patience)).toMatchObject({ outcome: 'answered' });
    }));

  test('a loss proves nothing: the question is broken, with the mend', () =>
    withHosts(async ({ a, b }) => {
      let looks = 0;
      look.at = () => ({ entries: 1024, limit: 1024, overflows: BigInt(looks++) });
      const { outcome, reason } = await reach('asking', a, b, {}, patience);
      expect([outcome, reason]).toEqual(['broken', expect.stringMatching(FULL)]);
      expect(reason).toMatch(
        /: run fewer programs with a network at once, or sudo sysctl -w .*gc_thresh3=65536, on the/,
      );
      const pairs = (await reachability([a, b], patience)).flat().filter((pair) => pair !== undefined);
      expect(pairs.map((pair) => [pair.outcome, pair.reason])).toEqual([
        ['broken', expect.stringMatching(FULL)],
        ['broken', expect.stringMatching(FULL)],
      ]);
    }));

  test('what is to be kept is not flushed to make room', () =>
    withHosts(async ({ a, b, letPass, keepBack }) => {
      letPass();
      expect(await reach('asking', a, b, {}, patience)).toMatchObject({ outcome: 'answered' });
      keepBack();
      let looks = 0;
      look.at = () => ({ entries: 1024, limit: 1024, overflows: BigInt(looks++) });
      expect(await reach('asking', a, b, { neighbours: 'kept' }, patience)).toMatchObject({ outcome: 'broken' });
      expect(a.neighbour.list()).toContainEqual(expect.objectContaining({ to: '10.0.0.2', lladdr: b.interface().mac }));
    }));
});

test('where the table had room, a loss is a loss, however often the table overflowed before', () =>
  withHosts(async ({ a, b }) => {
    for (const overflows of [7n, 8n, 9n]) {
      look.at = () => ({ entries: 1000, limit: 1024, overflows });
      expect(await reach('asking', a, b, {}, patience)).toMatchObject({ outcome: 'lost' });
    }
  }));
