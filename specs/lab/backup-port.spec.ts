import { expect, type Lab, test, UsageError } from 'hairpin';
import { bridgeLink } from './referee.ts';

const MAC = '02:00:00:00:aa:01';

// a ── p0 ┐
//         ├ sw p1 ── main
//         └    p2 ── spare, which has the addresses of main
function build(lab: Lab) {
  const [sw, a, main, spare] = [lab.switch('sw'), ...['a', 'main', 'spare'].map((name) => lab.namespace(name))];
  if (!a || !main || !spare) throw new Error('three hosts were made');
  lab.cable(a, sw, { a: { address: '10.7.0.1/24' } });
  const end = { address: '10.7.0.9/24', mac: MAC };
  const { b: p1 } = lab.cable(main, sw, { a: end });
  const { b: p2 } = lab.cable(spare, sw, { a: end, b: { learning: false } });
  a.neighbour.add({ to: '10.7.0.9', lladdr: MAC });
  sw.fdb.add(MAC, p1);
  return { sw, a, main, spare, p1, p2 };
}

test('a port takes over what is sent to one that has no carrier', async ({ lab }) => {
  const { sw, a, main, p1, p2 } = build(lab);
  await expect(a).toReach('10.7.0.9', { through: p1 });
  main.interface().set({ up: false });
  await expect(a).not.toReach('10.7.0.9', { droppedBy: 'link.no-carrier', at: p1 });
  p1.set({ backupPort: p2 });
  expect([p1.settings.backupPort, (await bridgeLink(sw, 'p1'))['backup_port']]).toEqual([p2, 'p2']);
  await expect(a).toReach('10.7.0.9', { through: p2 });
  p1.set({ backupPort: false });
  expect([p1.settings.backupPort, (await bridgeLink(sw, 'p1'))['backup_port']]).toEqual([undefined, undefined]);
});

test.for<[call: (net: ReturnType<typeof build>) => unknown, received: string]>([
  [({ p1 }) => p1.set({ backupPort: p1 }), 'sw/p1'],
  [({ p1, a }) => p1.set({ backupPort: a.interface() }), 'a/eth0'],
  [({ p1 }) => p1.set({ backupPort: 'p2' as never }), "'p2'"],
])('before the kernel is asked: %$ received $1', ([call, received], { lab }) => {
  expect(() => call(build(lab))).toThrow(
    new UsageError(`sw/p1.set: backupPort must be another port of the same bridge, or false: received ${received}`),
  );
});
