import { spawn } from 'node:child_process';
import { ExecaError } from 'execa';
import { createLab, type ExecOptions, expect, test, UsageError } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { keep, processesIn, read } from './referee.ts';

// a eth0 ── eth0 b
test('a program runs inside its namespace, without a shell', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await read(a, 'ip', ['-j', 'address', 'show', 'dev', 'eth0'])).toMatchObject([
    { addr_info: expect.arrayContaining([expect.objectContaining({ local: '10.0.0.1' })]) },
  ]);
  const { stdout } = await a.exec('printf', ['%s|', '$HOME', 'a b', ';id']);
  expect(stdout).toBe('$HOME|a b|;id|');
  expect(String((await a.exec('pwd', [], { cwd: '/' })).stdout)).toBe('/');
  const [file] = (await a.exec('sh', ['-c', 'command -v printf; exit 0'])).stdout.split('\n');
  expect(file).toBeTruthy();
});

// a
test('a program has nothing to read, unless it is given something', async ({ lab }) => {
  const a = lab.namespace('a');
  expect((await a.exec('cat')).stdout).toBe('');
  expect((await a.exec('readlink', ['/proc/self/fd/0'])).stdout).toBe('/dev/null');
  expect((await a.exec('cat', [], { input: 'given' })).stdout).toBe('given');
  expect((await a.exec('cat', [], { inputFile: '/proc/sys/kernel/ostype' })).stdout).toBe('Linux');
  const program = a.exec('cat', [], { stdin: 'pipe' });
  program.stdin.end('written');
  expect((await program).stdout).toBe('written');
});

// a
test('to write to a program without an input is refused, with the mend', async ({ lab }) => {
  const program = lab.namespace('a').exec('cat');
  expect(() => program.stdin.end('written')).toThrow(
    new UsageError(
      "a.exec('cat', []): its standard input is empty, like /dev/null; to write to it add stdin: 'pipe', or give it the option input",
    ),
  );
  await program;
});

// a
test('a program that fails rejects with its exit code and what it said, and with where it was started', async ({
  lab,
}) => {
  const failed = lab.namespace('a').exec('ip', ['link', 'show', 'dev', 'nowhere']);
  const error = await failed.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ExecaError);
  const message = "a.exec('ip', ['link', 'show', 'dev', 'nowhere']): exit code 1";
  expect(error).toMatchObject({
    name: 'ExecaError',
    message: `${message}\n\nDevice "nowhere" does not exist.`,
    shortMessage: message,
    exitCode: 1,
    stderr: 'Device "nowhere" does not exist.',
    command: expect.stringMatching(/^\S+\/ip link show dev nowhere$/),
    escapedCommand: expect.stringMatching(/^\S+\/ip link show dev nowhere$/),
    stack: expect.stringMatching(/^ExecaError: a\.exec\(.*\n\nDevice .*\n +at .*specs\/lab\/exec\.spec\.ts:\d+:\d+/),
  });
});

// a
test.for<[string, ExecOptions, string]>([
  ['false', { reject: false }, 'exit code 1'],
  ['sleep', { timeout: 1 }, 'timed out after 1 milliseconds'],
  ['false', { cwd: '/nowhere' }, 'failed with ENOENT\nThe "cwd" option is invalid'],
])('how a program ended is told: %s %o', async ([file, options, how], { lab }) => {
  const args = file === 'sleep' ? ['1000'] : [];
  const written = `a.exec('${file}', ${args.length ? "['1000']" : '[]'})`;
  const told = await lab
    .namespace('a')
    .exec(file, args, options)
    .catch((error: unknown) => error);
  expect(told).toMatchObject({ message: expect.stringContaining(`${written}: ${how}`) });
});

// a
test.for<[unknown, string]>([
  [5, 'options must be an object such as { timeout: 1000 }: received 5'],
  [null, 'options must be an object such as { timeout: 1000 }: received null'],
  [['a'], "options must be an object such as { timeout: 1000 }: received ['a']"],
  [{ timout: 5 }, "there is no option 'timout'; the options are taps and those of execa, except encoding and lines"],
])('options that cannot be are refused: %o', ([options, rule], { lab }) => {
  const a = lab.namespace('a');
  expect(() => a.exec('true', [], options as ExecOptions)).toThrow(new UsageError(`a.exec: ${rule}`));
});

// a
test("a program's last words move no cursor, and are no commands to a CI system", async ({ lab }) => {
  const words = "printf 'x\\033[2J\\n::add-mask::x\\n##[group]\\n' >&2; exit 1";
  const failure: Error = await lab
    .namespace('a')
    .exec('sh', ['-c', words])
    .catch((error) => error);
  expect(failure.message).toContain('\n: :add-mask::x\n# #[group]');
  expect(failure.message.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(failure.stack).not.toMatch(/^::/m);
});

// a
test('a program that still runs ends with its lab', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  using network = keep(a);
  const program = a.exec('sleep', ['1000']);
  const outcome = program.catch((error: unknown) => error);
  await lab.close();
  expect(await outcome).toMatchObject({ signal: 'SIGKILL' });
  expect(processesIn(network)).toEqual([]);
});

// a: sleep, whose parent has gone
test('a daemon that left its parent ends with the lab', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  using network = keep(a);
  await a.exec('setsid', ['-f', 'sleep', '1000'], { stdio: 'ignore' });
  expect(processesIn(network)).toHaveLength(1);
  await lab.close();
  expect(processesIn(network)).toEqual([]);
});

// a: sleep, spawned by the spec
test('a child that a spec spawned inside run ends with the lab', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  using network = keep(a);
  const child = a.run(() => spawn('sleep', ['1000']));
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  expect(processesIn(network)).toEqual([child.pid]);
  await lab.close();
  expect(await ended).toBe('SIGKILL');
});

// a: the program that put sleep into b, where nothing was run
test('what came into a namespace from another of the lab ends with the lab', async () => {
  const lab = createLab();
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  using network = keep(b);
  await a.exec('setsid', ['-f', 'nsenter', `--net=/proc/${process.pid}/fd/${engineOf(b).netns.fd}`, 'sleep', '1000'], {
    stdio: 'ignore',
  });
  await expect.poll(() => processesIn(network)).toHaveLength(1);
  await lab.close();
  expect(processesIn(network)).toEqual([]);
});

// a: sleep, and a daemon (a namespace of its own) that holds sleep's output open, and has taken off what tells whose it is
test('the lab does not wait for what it cannot know to be its own', { timeout: 3000 }, async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  const daemon = 'setsid -f prlimit --locks=unlimited unshare --net sh -c "echo \\$\\$; exec sleep 1000"';
  // Until setsid has ended, the daemon is the child of a program of the lab.
  const program = a.exec('sh', ['-c', `${daemon}; echo left; exec sleep 1000`], { reject: false });
  const pid = await new Promise<number>((resolve) => {
    let printed = '';
    program.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk;
      const [, number] = /^(\d+)$/m.exec(printed) ?? [];
      if (number !== undefined && /^left$/m.test(printed)) resolve(Number(number));
    });
  });
  try {
    await lab.close();
    expect(await program).toMatchObject({ signal: 'SIGKILL' });
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});
