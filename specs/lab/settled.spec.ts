import { describe, expect, test, UsageError } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { bridgeLink } from './referee.ts';

// a ── p0 (sw) p1 ── b
test('a spanning tree has settled when its ports forward', async ({ lab }) => {
  // The least that the standard has.
  const sw = lab.switch('sw', { stp: true, forwardDelay: 2 });
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  expect(await failureOf(lab.settled({ within: 50 }))).toMatch(
    /^lab\.settled: after 50 ms this still moves:\n(.*\n)*? {2}the spanning tree: sw\/p0 is (listening|learning)\n {2}the spanning tree: sw\/p1 is (listening|learning)/,
  );
  expect((await bridgeLink(sw, 'p1'))['state']).not.toBe('forwarding');
  await lab.settled();
  for (const port of ['p0', 'p1']) expect((await bridgeLink(sw, port))['state']).toBe('forwarding');
  await expect(a).toReach(b);
});

// the same, without a spanning tree
test('a state that the spec has set does not move', async ({ lab }) => {
  const sw = lab.switch('sw');
  lab.cable(lab.namespace('a'), sw, { b: { state: 'learning' } });
  await lab.settled();
  await sw.settled({ within: 1000 });
});

// a eth0 ╌╌ eth0 (down) b
test('a carrier that nobody will bring moves no more', async ({ lab }) => {
  lab.cable(lab.namespace('a'), lab.namespace('b'), { b: { up: false } });
  await lab.settled({ within: 1000 });
});

// a eth0 (no ARP) ── b
test('the address of a device without ARP has settled when the kernel has taken it into use', async ({ lab }) => {
  const { a: eth0 } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  eth0.set({ arp: false });
  // It is a matter of chance whether the worker (addrconf_dad_work) comes first.
  for (let round = 0; round < 100; round++) {
    eth0.set({ up: false });
    eth0.set({ up: true });
    await lab.settled();
    expect(eth0.address.list().filter(({ tentative }) => tentative)).toEqual([]);
  }
});

describe("with the kernel's defaults", () => {
  test.override({ labOptions: { defaults: 'kernel' } });

  // a ── b
  test('addresses are looked for duplicates of', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: eth0 } = lab.cable(a, b);
    expect(await failureOf(a.settled({ within: 0 }))).toContain('\n  duplicate address detection of a/eth0 fd00::1');
    await lab.settled();
    expect(eth0.address.list().filter(({ tentative }) => tentative)).toEqual([]);
  });
});

test('wrong options', async ({ lab }) => {
  const a = lab.namespace('a');
  await expect(a.settled({ deadline: 5 } as never)).rejects.toThrow(
    new UsageError("a.settled: there is no option 'deadline'; the options are within"),
  );
  await expect(lab.settled({ within: -1 })).rejects.toThrow(
    new UsageError('lab.settled: within must be milliseconds, 0 to 2147483647: received -1'),
  );
});
