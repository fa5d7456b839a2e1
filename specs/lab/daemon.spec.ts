import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLab, type Daemon, expect, type Lab, type Namespace, type Ready, test, UsageError } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── b, where the daemon is
function build(lab: Lab): { a: Namespace; b: Namespace } {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return { a, b };
}

/** A server of perl's, which every Debian has; `early` is run before it listens. */
const server = (protocol: 'tcp' | 'udp', early = '') => [
  ...['-MIO::Socket::INET', '-e'],
  `$| = 1; ${early}; my $s = IO::Socket::INET->new(LocalPort => 53, Proto => '${protocol}', ${protocol === 'tcp' ? 'Listen => 9' : ''}) or die;
   print "started\\n"; sleep 1000`,
];

/** One whose readiness takes some time: whoever did not wait would be too early. */
const slow = (protocol: 'tcp' | 'udp') => server(protocol, 'select(undef, undef, undef, 0.1)');

async function folder(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'hairpin-daemon-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

test.for<[string, 'tcp' | 'udp', Ready]>([
  ['a TCP port', 'tcp', { port: 53 }],
  ['a UDP port', 'udp', { port: 53, protocol: 'udp' }],
  ['words in the output', 'udp', { log: 'started' }],
  ['a pattern with a state of its own', 'tcp', { log: /^star/gm }],
])('a daemon is ready by %s', async ([, protocol, ready], { lab }) => {
  const { a, b } = build(lab);
  await using daemon = await b.daemon('perl', slow(protocol), { ready });
  // The referee: the kernel's own list of sockets.
  expect((await b.exec('ss', ['-Hln', `--${protocol}`])).stdout).toContain(':53 ');
  expect(daemon.running).toBe(true);
  if (protocol === 'tcp') await expect(a).toReach(b, { by: 'tcp', port: 53, listen: false });
});

test('a daemon is ready by a file that it makes', async ({ lab, onTestFinished }) => {
  const file = join(await folder(onTestFinished), 'pid');
  const { b } = build(lab);
  const script = 'mkdir "$0.d" && exec 3>"$0" && exec sleep 1000';
  await using daemon = await b.daemon('sh', ['-c', script, file], { ready: { file } });
  expect(existsSync(file)).toBe(true);
  expect(daemon.output).toBe('');
});

test('a daemon is ready when a function says so', async ({ lab }) => {
  const { a, b } = build(lab);
  const ready = () => expect(a).toReach(b, { by: 'tcp', port: 53, listen: false, within: 10_000 });
  await using daemon = await b.daemon('perl', slow('tcp'), { ready });
  await expect.poll(() => daemon.output).toBe('started\n');
});

test('a daemon ends with what holds it, and with its lab', async () => {
  const lab = createLab();
  const { b } = build(lab);
  const ready = { log: 'started' };
  // Again and again: perl misses a signal that comes just before it sleeps, until it wakes up.
  const script = '$| = 1; $SIG{TERM} = sub { print "ending\\n"; exit 0 }; print "started\\n"; sleep 1 while 1';
  const outer = await b.daemon('sh', ['-c', 'echo started; exec sleep 1000'], { ready });
  const polite = await b.daemon('perl', ['-e', script], { ready });
  await polite.stop();
  expect(polite.running).toBe(false);
  await expect.poll(() => polite.output).toMatch(/ending\n$/);
  await polite.stop();
  {
    await using inner = await b.daemon('sleep', ['1000'], { ready: () => {} });
    expect(inner.running).toBe(true);
  }
  expect(outer.running).toBe(true);
  await lab.close();
  expect(outer.running).toBe(false);
});

test.for([
  ['with an exit code', 'print STDERR "no such address\\n"; exit 3', 'exit code 3', '  no such address'],
  ['well', 'exit 0', 'exit code 0', undefined],
  ['by a signal', 'kill "KILL", $$', 'SIGKILL', undefined],
] as const)('a daemon that ends before its lab, %s, fails the test', async ([, last, how, line]) => {
  const lab = createLab();
  const { a, b } = build(lab);
  // Again and again: perl misses a signal that comes just before it sleeps, until it wakes up.
  const script = `$| = 1; $SIG{USR1} = sub { ${last} }; print "started\\n"; sleep 1 while 1`;
  const daemon = await b.daemon('perl', ['-e', script], { ready: { log: 'started' } });
  // An assertion that waits says so at once.
  const failure = failureOf(expect(a).toReach(b, { by: 'tcp', port: 9, listen: false, within: 600_000 }));
  process.kill(daemon.pid, 'SIGUSR1');
  expect(await failure).toMatch(/^Stopped waiting: a program failed that no one awaits:\n {2}b\.daemon\('perl', /m);
  expect(daemon.running).toBe(false);
  const error = (await lab.close().catch((thrown: unknown) => thrown)) as Error;
  const [first, ...rest] = error.message.split('\n');
  expect(first).toMatch(/^a daemon has ended before its lab: b\.daemon\('perl', \[.*\]\): /);
  expect(first?.endsWith(`]): ${how}`)).toBe(true);
  expect(rest).toEqual(['Its last output:', '  started', ...(line ? [line] : [])]);
  expect(error.stack).toMatch(/\n +at .*daemon\.spec\.ts:\d+/);
});

test('a daemon that has just died is no daemon that the lab has ended', async () => {
  const lab = createLab();
  const daemon = await build(lab).b.daemon('sleep', ['1000'], { ready: () => {} });
  process.kill(daemon.pid, 'SIGSEGV');
  waitForEnd(daemon.pid);
  await expect(lab.close()).rejects.toThrow(
    /^a daemon has ended before its lab: b\.daemon\('sleep', \['1000'\]\): SIGSEGV\n/,
  );
});

// When one child has ended, Node asks for the end of all (uv__chld): also of one whose output it has not read.
test('a daemon that got ready and died at once got ready', async ({ onTestFinished }) => {
  const lab = createLab();
  const { b } = build(lab);
  const pidFile = join(await folder(onTestFinished), 'pid');
  const other = spawn('sh', ['-c', 'echo one']);
  waitForEnd(other.pid as number);
  const daemon = await new Promise<Daemon>((resolve, reject) => {
    other.stdout.once('data', () => {
      const script = `echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; echo started; exit 7`;
      b.daemon('sh', ['-c', script], { ready: { log: 'started' } }).then(resolve, reject);
      while (!existsSync(pidFile));
      waitForEnd(Number(readFileSync(pidFile, 'utf8')));
    });
  });
  expect([daemon.running, daemon.output]).toEqual([false, 'started\n']);
  await expect(lab.close()).rejects.toThrow(/^a daemon has ended before its lab: .*: exit code 7\n/);
});

test('a daemon that does not get ready says what it has printed, and lives no longer', async ({ lab }) => {
  const { b } = build(lab);
  const start = (script: string, ready: Ready) => b.daemon('sh', ['-c', script], { ready, within: 300 });
  const late = await failureOf(start('echo one; echo two >&2; exec sleep 1000', { port: 80 }));
  const [, pid] = /as process (\d+)/.exec(late ?? '') ?? [];
  expect(late?.replace(/process \d+/, 'process N')).toBe(
    `b.daemon('sh', ['-c', 'echo one; echo two >&2; exec sleep 1000']): not ready within 300 ms: waited for a listener at tcp port 80 of b
It was still running, as process N. It is killed now.
Its last output:
  one
  two`,
  );
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  expect(await failureOf(start('exec sleep 1000', { log: /ready/ }))).toMatch(
    /: not ready within 300 ms: waited for \/ready\/ in its output\nIt was still running, as process \d+\. It is killed now\.\nIt has printed nothing\. Many programs buffer their output unless it goes to a terminal: put `stdbuf -oL` in front\.$/,
  );
});

test('a daemon that ends before it is ready says how at once', async ({ lab }) => {
  const { b } = build(lab);
  const within = 600_000;
  const start = (script: string, ready: Ready = { log: 'never' }) => b.daemon('sh', ['-c', script], { ready, within });
  expect(await failureOf(start('echo "bad option" >&2; exit 2'))).toBe(
    `b.daemon('sh', ['-c', 'echo "bad option" >&2; exit 2']): exit code 2 before it was ready: waited for 'never' in its output
Its last output:
  bad option`,
  );
  expect(await failureOf(start('exit 0', { port: 80, protocol: 'udp' }))).toMatch(
    /: exit code 0 before it was ready: waited for a listener at udp port 80 of b\nIt may have gone into the background: start it with its option for the foreground\.\nIt has printed nothing\./,
  );
  expect(await failureOf(start('echo "daemon is already running"'))).toContain(
    ": exit code 0 before it was ready: waited for 'never' in its output\n" +
      'Namespaces share files, so another instance may be the one that it found: give each its own PID file.\nIts last output:\n',
  );
  const broken = new Error('no answer');
  const failing = start('exec sleep 1000', () => Promise.reject(broken));
  await expect(failing).rejects.toMatchObject({
    message: expect.stringMatching(
      /: could not wait for the function ready: no answer\nIt was still running, as process \d+\./,
    ),
    cause: broken,
  });
});

test.for<[options: unknown, message: string]>([
  [undefined, 'b.daemon: options must be an object such as { ready: … }: received undefined'],
  [
    { ready: { port: 53 }, stdout: 'ignore' },
    "b.daemon: there is no option 'stdout'; the options are ready, within, argv0, cwd, env, extendEnv, gid, input, inputFile, taps, uid",
  ],
  [{ ready: { port: 53 }, within: '1s' }, "b.daemon: within must be milliseconds, 0 to 2147483647: received '1s'"],
  [{}, `${RULE()}: received undefined`],
  [{ ready: { port: 53, log: 'x' } }, `${RULE()}: received { port: 53, log: 'x' }`],
  [{ ready: { url: 'http://b' } }, `${RULE()}: received { url: 'http://b' }`],
  [{ ready: { log: 'x', protocol: 'tcp' } }, "b.daemon: ready: there is no option 'protocol'; the options are log"],
  [{ ready: { log: 7 } }, 'b.daemon: ready.log must be a string or a regular expression: received 7'],
  [{ ready: { port: 70_000 } }, 'b.daemon: ready.port must be a whole number from 1 to 65535: received 70000'],
  [{ ready: { port: 53, protocol: 'sctp' } }, "b.daemon: ready.protocol must be one of tcp, udp: received 'sctp'"],
  [{ ready: { file: 'run/pid' } }, "b.daemon: ready.file must be an absolute path: received 'run/pid'"],
  [
    { ready: { file: '/proc/self' } },
    "b.daemon: ready.file: '/proc/self' exists already, perhaps from an earlier run: remove it first, or use a new folder",
  ],
  [
    { ready: { file: '/no/such/folder/pid' } },
    "b.daemon: ready.file: there is no folder '/no/such/folder': make it before the daemon starts",
  ],
])('a daemon refuses %o', async ([options, message], { lab }) => {
  const { b } = build(lab);
  await expect(b.daemon('sleep', ['1000'], options as never)).rejects.toThrow(new UsageError(message));
});

test('a port that is taken would be no sign', async ({ lab }) => {
  const { b } = build(lab);
  await using first = await b.daemon('perl', server('tcp'), { ready: { port: 53 } });
  await expect(b.daemon('perl', server('tcp'), { ready: { port: 53 } })).rejects.toThrow(
    'b.daemon: ready.port: something listens at tcp port 53 of b already: stop it first, or choose another ready condition',
  );
  expect(first.running).toBe(true);
});

function RULE(): string {
  return "b.daemon: ready must be { log: 'words' }, { port: 53, protocol: 'udp' }, { file: '/path' } or a function that waits until the daemon serves";
}

test('a daemon that died before it was stopped fails the test all the same', async () => {
  const lab = createLab();
  const daemon = await build(lab).b.daemon('sleep', ['1000'], { ready: () => {} });
  process.kill(daemon.pid, 'SIGSEGV');
  waitForEnd(daemon.pid);
  await daemon.stop();
  await expect(lab.close()).rejects.toThrow(/^a daemon has ended before its lab: .*: SIGSEGV\n/);
});

/** Until the kernel has acted on the signal. Node has not looked then. */
function waitForEnd(pid: number): void {
  const end = performance.now() + 10_000;
  while (!/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')))
    if (performance.now() > end) throw new Error(`process ${pid} has not ended`);
}
