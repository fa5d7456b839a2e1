import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { debugHint } from '../../lib/machines/debug-hint.ts';
import { GuestClock } from '../../lib/machines/guest-clock.ts';
import { qemuArguments } from '../../lib/machines/qemu-arguments.ts';
import { hairpin, MAIN } from '../cli/hairpin.ts';
import { GdbRemote } from './gdb-remote.ts';
import { A_REACHES_B, guestProject } from './guest-project.ts';
import { handClock } from './hand-clock.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

const TESTS = `import { expect, test } from 'hairpin';
test('a reaches b', ${A_REACHES_B});`;

// host: this spec, as gdb ── gdb.sock ── guest: vitest ─ lab ─ a ── b
test(
  'a guest waits for a debugger, stands still for it, goes on, and the run passes',
  GUEST,
  async ({ lab, skip, onTestFinished }) => {
    const { image, release } = kernelHere(skip);
    const root = guestProject(TESTS, onTestFinished);
    const results = join(root, 'test-results', release);
    const socket = join(results, 'gdb.sock');

    const run = lab.namespace('host').exec(process.execPath, [MAIN, 'test', '--kernel', image, '--gdb'], {
      ...{ cwd: root, reject: false, all: true },
      env: { VITEST: undefined, NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    await expect.poll(() => existsSync(socket)).toBe(true);
    using gdb = await GdbRemote.connect(socket);
    // SIGTRAP: it has not begun.
    expect(await gdb.ask('?')).toMatch(/^[ST]05/);
    const console = () => readFileSync(join(results, 'console.log'), 'utf8');
    expect(console()).not.toContain('Linux version');
    gdb.send('c');
    await expect.poll(console).toContain('Linux version');
    gdb.interrupt();
    // SIGINT: it stands still.
    expect(await gdb.answer()).toMatch(/^[ST]02/);
    const registers = await gdb.ask('g');
    expect(await gdb.ask('g')).toBe(registers);
    expect(registers).toMatch(/^[\da-fx]{200,}$/);
    gdb.send('c');

    const { exitCode, all } = await run;
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
    expect(all).toContain(`gdb -ex 'target remote test-results/${release}/gdb.sock'`);
    expect(console()).toContain("KASLR disabled: 'nokaslr' on cmdline");
    expect(existsSync(socket)).toBe(false);
  },
);

test('while a debugger holds the guest no time passes, and no time-out runs', () => {
  const hand = handClock();
  const clock = new GuestClock(true, hand);
  const over: string[] = [];
  clock.after(100, () => over.push('boot'));
  clock.after(300, () => over.push('all'));
  hand.pass(10_000);
  expect([clock.elapsed(), over]).toEqual([0, []]);
  clock.goOn();
  hand.pass(60);
  clock.hold();
  clock.hold();
  hand.pass(10_000);
  expect([clock.elapsed(), over]).toEqual([60, []]);
  clock.after(20, () => over.push('panic'));
  clock.goOn();
  clock.goOn();
  hand.pass(20);
  expect([clock.elapsed(), over]).toEqual([80, ['panic']]);
  hand.pass(20);
  expect(over).toEqual(['panic', 'boot']);
  clock.end();
  hand.pass(10_000);
  expect(over).toEqual(['panic', 'boot']);
});

test('without a debugger a guest has its time from the start', () => {
  const hand = handClock();
  const clock = new GuestClock(false, hand);
  const over: string[] = [];
  clock.after(100, () => over.push('boot'));
  hand.pass(100);
  expect([clock.elapsed(), over]).toEqual([100, ['boot']]);
});

test('the kernel stays where vmlinux says; a comma in the name of the socket is doubled', () => {
  const machine = {
    accelerator: 'tcg',
    share: '9p',
    image: '/boot/vmlinuz',
    results: '/r',
    memory: 512,
    cpus: 1,
  } as const;
  const given = { ...machine, initramfs: 4, output: 5, monitor: 6, memoryFile: 7 };
  const args = qemuArguments({ ...given, append: 'panic=5', debug: '/a,b/gdb.sock' });
  expect(args[args.indexOf('-append') + 1]).toMatch(/ nokaslr panic=5$/);
  expect(args).toEqual(expect.arrayContaining(['-S', 'socket,id=gdb,path=/a,,b/gdb.sock,server=on,wait=off']));
  const without = qemuArguments(given);
  expect(without).not.toContain('-S');
  expect(without.join(' ')).not.toContain('nokaslr');
});

test('the command for gdb names the symbols of a build, or says where they come from', ({ onTestFinished }) => {
  const tree = mkdtempSync(join(tmpdir(), 'a tree-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  const image = join(tree, 'arch/x86/boot/bzImage');
  mkdirSync(join(tree, 'arch/x86/boot'), { recursive: true });
  const socket = join(process.cwd(), 'test-results/6.99.0-mine/gdb.sock');
  const kernel = { release: '6.99.0-mine', image };
  expect(debugHint(kernel, socket)).toBe(
    "gdb -ex 'target remote test-results/6.99.0-mine/gdb.sock'\n" +
      '6.99.0-mine has no symbols here: apt-get install linux-image-6.99.0-mine-dbg (Debian), or build it with CONFIG_DEBUG_INFO',
  );
  writeFileSync(join(tree, 'vmlinux'), '');
  expect(debugHint(kernel, socket)).toBe(`gdb '${tree}/vmlinux' -ex 'target remote test-results/6.99.0-mine/gdb.sock'`);
});

// host: hairpin, used wrongly
test.for([
  [['test', '--gdb'], "error: option '--gdb' is for other kernels: it needs --kernel or --build"],
  [
    ['test', '--gdb', '--kernel', 'a', '--kernel', 'b'],
    "error: option '--gdb' debugs one kernel: name one with --kernel or --build",
  ],
] as const)('%j is wrong usage', async ([args, message], { lab }) => {
  const { exitCode, stderr } = await hairpin(lab.namespace('host'), args);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
});
