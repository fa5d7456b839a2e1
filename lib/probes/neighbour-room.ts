import { now, sleep } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';
import {
  listNeighbourTables,
  type NeighbourTableState,
  whyNoNeighbourRoom,
} from '../netlink/routing/neighbour-table.ts';
import type { Family } from '../wire/ip-address.ts';
import type { ProbeResult } from './outcome.ts';

/** How long a question is asked again while the table overflows, in milliseconds. Others' tests take less as a rule. */
export const ROOM_PATIENCE = 3000;

/** How long room is waited for before each time, in milliseconds. Entries that cannot be collected are not counted alike. */
const ROUND = 200;
const GLANCE = 20;

/**
 * How often each table of the machine had overflowed when a question last looked. The kernel only adds to it. So an answered question does
 * not look at all, and a lost one is asked once more if the table has overflowed since, maybe long before this question.
 */
const overflows: { [Version in Family]?: bigint | undefined } = {};

/** What came of a question that may have met a full table. */
interface AskedWithRoom<T> {
  result: T;
  /** Why a loss says nothing, with the mend; undefined when the table had room all the time. */
  noRoom: string | undefined;
}

/**
 * Asks while the machine's neighbour table has room. All namespaces share one limit (`neigh_alloc`, `gc_thresh3`), and a
 * host that cannot make an entry drops its packet without a word: a loss meanwhile proves nothing. So the lab's own
 * entries are flushed, and it is asked again.
 *
 * @param flush whether what the lab has learnt may be forgotten
 * @param milliseconds how long it is asked again
 */
export async function askWithRoom<T>(
  namespace: Namespace,
  family: Family,
  {
    ask,
    isLost,
    flush = true,
    milliseconds = ROOM_PATIENCE,
  }: { ask: () => Promise<T>; isLost: (result: T) => boolean; flush?: boolean; milliseconds?: number },
): Promise<AskedWithRoom<T>> {
  const deadline = now() + milliseconds;
  overflows[family] ??= tableOf(namespace, family)?.overflows;
  for (let isOwn = false; ; isOwn = true) {
    const before = overflows[family];
    const result = await ask();
    const table = isLost(result) ? tableOf(namespace, family) : undefined;
    if (!table || table.overflows === before) return { result, noRoom: undefined };
    overflows[family] = table.overflows;
    if (isOwn && now() >= deadline) return { result, noRoom: whyNoNeighbourRoom(table) };
    if (flush) for (const each of namespace.lab.namespaces) if (!engineOf(each).foreign) each.neighbour.flush(family);
    await roomIn(namespace, family);
  }
}

/** Whether a full table may be why there is no answer: a marker that finds no room seems to be late, too. */
export function isUnknown({ outcome }: ProbeResult): boolean {
  return outcome === 'lost' || outcome === 'broken';
}

/** Waits until there may be room: others forget what they have learnt, or end. */
async function roomIn(namespace: Namespace, family: Family): Promise<void> {
  const deadline = now() + ROUND;
  for (;;) {
    const table = tableOf(namespace, family);
    if (!table || table.entries < table.limit || now() >= deadline) return;
    await sleep(GLANCE);
  }
}

function tableOf(namespace: Namespace, family: Family): NeighbourTableState | undefined {
  return listNeighbourTables(engineOf(namespace).rtnetlink, family)[0];
}
