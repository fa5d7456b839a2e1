import { createLab, describe, expect, type Namespace, test } from 'hairpin';
import { KernelError } from '../../lib/kernel/kernel-error.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { ipNeighbour } from '../../lib/netlink/routing/neighbour.ts';
import { listNeighbourTables } from '../../lib/netlink/routing/neighbour-table.ts';
import { thisMachine } from '../../lib/report/runs/project-name.ts';
import { failureOf } from '../matchers/failure-of.ts';

/** More than the table takes: `gc_thresh3` is 1024. */
const ADDRESSES = Array.from({ length: 1100 }, (_, number) => `10.77.${number >> 8}.${number & 255}`);

/**
 * Fills the machine's table, and keeps it full until it is disposed of: what has not changed for five seconds is collected
 * (`neigh_forced_gc`), and a change is another MAC address (`__neigh_update`).
 */
function fill(crowd: Namespace): Disposable {
  const { index } = crowd.interface('eth0');
  let round = 0;
  const give = () => {
    const lladdr = `02:00:00:00:77:0${round++ % 2}`;
    try {
      engineOf(crowd).rtnetlink.change(
        ...ADDRESSES.map((to) => ipNeighbour.replace({ to, lladdr, device: index, state: 'REACHABLE' })),
      );
    } catch (error) {
      // The kernel looks at each of them; the last find no room.
      if (!(error instanceof KernelError && error.code === 'ENOBUFS')) throw error;
    }
  };
  give();
  const timer = setInterval(give, 500);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

// All namespaces of a machine share the table, those of other tests, too: hairpin test --kernel 6.1 -- specs/probes
describe.skipIf(!thisMachine())('in a machine of its own, whose neighbour table a crowd fills', () => {
  // a ── b; in another lab, whose entries are not forgotten for the sake of this one: crowd ── nobody
  test('nothing is known of two hosts on a cable, and they reach each other when the crowd has gone', {
    timeout: 120_000,
  }, async ({ lab, onTestFinished }) => {
    const others = createLab();
    onTestFinished(() => others.close());
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const [crowd, nobody] = [others.namespace('crowd'), others.namespace('nobody')];
    lab.cable(a, b);
    others.cable(crowd, nobody);
    // Before the two have learnt anything, whose place they would find free again.
    using resources = new DisposableStack();
    resources.use(fill(crowd));
    const table = listNeighbourTables(engineOf(crowd).rtnetlink).find(({ name }) => name === 'arp_cache');
    expect(table?.overflows).toBeGreaterThan(0n);
    const noRoom = /the machine's arp_cache has no room \(10\d\d entries of all namespaces, at most 1024/;
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(noRoom);
    expect(await failureOf(expect(a).toReach(b, { within: 100 }))).toMatch(noRoom);

    const answer = expect(a).toReach(b);
    resources.dispose();
    crowd.neighbour.flush();
    await answer;
  });
});
