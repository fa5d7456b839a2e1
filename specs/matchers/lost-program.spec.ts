import { createLab, expect, type Lab, type Namespace, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { Capture } from '../../lib/trace/capture.ts';

/** Longer than a test may take: a wait that nothing ends fails its test. */
const FOREVER = 600_000;

// a ── b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return { a, b };
}

/** A server that fails as soon as it is told to. */
function failingServer(b: Namespace) {
  const script = 'read go; echo "cannot bind: Address already in use" >&2; exit 3';
  const server = b.exec('sh', ['-c', script], { stdin: 'pipe' });
  return { server, fail: () => server.stdin.end('go\n') };
}

// the same, and a server on b that dies
test.for([
  ['toReach', (a, b) => expect(a).toReach(b, { by: 'tcp', port: 80, listen: false, within: FOREVER })],
  ['toHear', (a, b) => expect(b).toHear(a, { frame: 'multicast', join: false, within: FOREVER })],
  ['toHear of so many', (a, b) => expect(b).toHear(a, { frame: 'multicast', join: false, copies: 1, within: FOREVER })],
] as [string, (a: Namespace, b: Namespace) => Promise<void>][])(
  'an assertion stops waiting once a program failed that no one awaits: %s',
  async ([, ask]) => {
    const lab = createLab();
    const { a, b } = build(lab);
    const { fail } = failingServer(b);
    const failure = ask(a, b).catch((error: Error) => error.message);
    fail();
    const words = /Stopped waiting: a program failed that no one awaits:\n {2}b\.exec\('sh', /;
    expect(await failure).toMatch(words);
    expect(await failure).toMatch(
      /: exit code 3 at specs\/matchers\/lost-program\.spec\.ts:\d+:\d+\n {4}cannot bind: Address already in use$/m,
    );
    // The next one need not wait for it.
    await expect(ask(a, b)).rejects.toThrow(words);
    await expect(lab.close()).rejects.toThrow(/^nobody awaited a program that failed/);
  },
);

// the same; b answers when the program has long failed
test.for([
  ['that is awaited', (server: Promise<unknown>) => server.catch(() => {}), 'exit 3'],
  ['that ends well', () => {}, 'exit 0'],
  ['that somebody ends', () => {}, 'kill $$'],
] as const)('a program %s changes nothing', async ([, handle, end], { lab }) => {
  const { a, b } = build(lab);
  const program = b.exec('sh', ['-c', end]);
  handle(program);
  await expect.poll(() => engineOf(lab).programs.running).toEqual([]);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  const answer = expect(a).toReach(b, { within: FOREVER });
  // As many as there are in the time after which it would have given up.
  const probes = () =>
    Capture.of(lab)
      .frames()
      .filter(({ at }) => at === b.interface()).length;
  await expect.poll(probes).toBeGreaterThan(8);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 0);
  await answer;
});

// the same; without a wait
test('an assertion that has its answer says nothing of it, one that fails at once does', async () => {
  const lab = createLab();
  const { a, b } = build(lab);
  const { server, fail } = failingServer(b);
  fail();
  await expect.poll(() => engineOf(lab).programs.running).toEqual([]);
  expect(server.nodeChildProcess.exitCode).toBe(3);
  await expect(a).toReach(b);
  await expect(
    expect(lab).toMatchReachability(`
         a  b
      a  .  ✗
      b  ✓  .
    `),
  ).rejects.toThrow(/^A program failed that no one awaits:\n {2}b\.exec/m);
  await expect(lab.close()).rejects.toThrow(/^nobody awaited a program that failed/);
});
