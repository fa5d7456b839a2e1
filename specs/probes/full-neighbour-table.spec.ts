import { describe, expect, type Namespace, test } from 'hairpin';
import { thisMachine } from '../../lib/report/project-name.ts';
import { failureOf } from '../matchers/failure-of.ts';

/** More than the table takes (`gc_thresh3` is 1024), as `ip -batch` reads them. */
const ENTRIES = Array.from({ length: 1100 }, (_, number) => {
  const to = `10.77.${number >> 8}.${number & 255}`;
  return `neighbour replace ${to} lladdr 02:00:00:00:77:77 dev eth0 nud reachable`;
}).join('\n');

/** Fills the machine's table again and again, since what is older than five seconds is collected (`neigh_forced_gc`). */
function fill(crowd: Namespace) {
  const script = 'while :; do printf "%s" "$1" | ip -force -batch - 2>/dev/null; sleep 2; done';
  return crowd.exec('sh', ['-c', script, 'sh', ENTRIES], { reject: false });
}

// All namespaces of a machine share the table, those of other tests, too: hairpin test --kernel 6.1 -- specs/probes
describe.skipIf(!thisMachine())('in a machine of its own, whose neighbour table a crowd fills', () => {
  // a ── b, crowd ── nobody
  test('nothing is known of two hosts on a cable, and they reach each other when the crowd has gone', {
    timeout: 120_000,
  }, async ({ lab }) => {
    const [a, b, crowd, nobody] = ['a', 'b', 'crowd', 'nobody'].map((name) => lab.namespace(name)) as [
      Namespace,
      Namespace,
      Namespace,
      Namespace,
    ];
    lab.cable(a, b);
    lab.cable(crowd, nobody);
    await expect(a).toReach(b);

    const filling = fill(crowd);
    await expect.poll(() => crowd.neighbour.list().length, { timeout: 60_000 }).toBeGreaterThan(1000);
    const noRoom = /the machine's arp_cache has no room \(10\d\d entries of all namespaces, at most 1024/;
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(noRoom);
    expect(await failureOf(expect(a).toReach(b, { within: 100 }))).toMatch(noRoom);

    const answer = expect(a).toReach(b, { within: 100 });
    filling.kill('SIGKILL');
    crowd.neighbour.flush();
    await answer;
  });
});
