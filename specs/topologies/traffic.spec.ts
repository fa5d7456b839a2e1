import { expect, test } from 'hairpin';

// a eth0 ── eth0 b
test('a file gives devices their queueing disciplines, which a file that is saved says as well', async ({ lab }) => {
  const loaded = await lab.load({
    text: `
namespaces: { a: , b: }
links:
  - a: { name: a/eth0, qdiscs: [{ kind: tbf, handle: '1:', rate: 10mbit, burst: 3000, limit: 15000 }, { kind: clsact }] }
    b: b/eth0
`,
  });
  const { stdout } = await loaded.namespace('a').exec('tc', ['-j', 'qdisc', 'show', 'dev', 'eth0']);
  expect(JSON.parse(stdout)).toMatchObject([{ kind: 'tbf', handle: '1:' }, { kind: 'clsact' }]);
  expect(loaded.interface('a/eth0').qdisc.list()).toEqual([
    { kind: 'tbf', parent: 'root', handle: '1:', options: { rate: '10mbit', burst: 3000, limit: 15000 } },
    { kind: 'clsact', parent: 'clsact', handle: 'ffff:', options: {} },
  ]);
  const saved = lab.save();
  expect(saved).not.toContain('exec');
  expect(saved).toMatch(/kind: tbf[^}]*handle: ['"]?1:['"]?[^}]*rate: 10mbit/);
});

// a, whose lo has a place of filters
test('of the loopback device a file says them by tc', async ({ lab }) => {
  await lab.namespace('a').exec('tc', ['qdisc', 'add', 'dev', 'lo', 'clsact']);
  expect(lab.save()).toContain('tc qdisc add dev lo clsact');
});
