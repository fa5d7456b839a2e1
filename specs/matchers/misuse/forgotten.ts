import { describe, expect, type Lab, test } from 'hairpin';

/** Longer than any test. */
const FOREVER = ['600'];

// a ── b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  return { a, b, cable: lab.cable(a, b) };
}

// No specs: each of these tests is wrong on purpose, for forgotten.spec.ts, but those that say otherwise.
test('forgets await of a program', ({ lab }) => {
  void build(lab).a.exec('sleep', FOREVER);
});

test('forgets await of settled', ({ lab }) => {
  lab.namespace('a');
  void lab.settled();
});

test('forgets await of settled in a namespace', ({ lab }) => {
  void lab.namespace('a').settled();
});

test('forgets await of a daemon', async ({ lab }) => {
  const a = lab.namespace('a');
  void a.daemon('sleep', ['600'], { ready: async () => {} });
  await expect.poll(() => a.exec('true')).toMatchObject({ exitCode: 0 });
});

test('is right: it awaits settled later, and with others', async ({ lab }) => {
  const a = lab.namespace('a');
  const settled = lab.settled();
  await a.exec('true');
  await Promise.all([settled, a.settled()]);
});

test('is right: it stops the program', ({ lab }) => {
  const program = build(lab).a.exec('sleep', FOREVER);
  program.nodeChildProcess.kill();
});

test('is right: it listens for the end', ({ lab }) => {
  build(lab)
    .a.exec('sleep', FOREVER)
    .catch(() => {});
});

test('is right: any end will do', ({ lab }) => {
  void build(lab).a.exec('sleep', FOREVER, { reject: false });
});

test('fails before it comes to its await', async ({ lab }) => {
  const program = build(lab).a.exec('sleep', FOREVER);
  expect(lab.namespaces).toEqual([]);
  await program;
});

test('skips before it comes to its await', async ({ lab, skip }) => {
  const program = build(lab).a.exec('sleep', FOREVER);
  skip();
  await program;
});

test.fails('is to fail, but its option is wrong', async ({ lab }) => {
  const { a, b } = build(lab);
  await expect(a).toReach(b, { within: '1s' as never });
});

test.fails('is to fail, but forgets await', ({ lab }) => {
  const { a, b } = build(lab);
  void expect(a).not.toReach(b);
});

test.fails('is to fail, but forgets await of a program', ({ lab }) => {
  void build(lab).a.exec('sleep', FOREVER);
});

test.fails('is right: it is to fail, and does', async ({ lab }) => {
  const { a, b, cable } = build(lab);
  cable.unplug();
  await expect(a).toReach(b);
});

describe('options of labs', () => {
  test.override({ labOptions: { default: 'kernel' } as never });
  test.fails('is to fail, but the option of its lab is wrong', ({ lab }) => {
    expect(lab.defaults).toBe('kernel');
  });
});
