import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { works } from '../../lib/machines/accelerator.ts';
import { describeFailure } from '../../lib/machines/describe-run.ts';
import { guestEnvironment } from '../../lib/machines/guest-environment.ts';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import { runInMachine } from '../../lib/machines/machine.ts';
import type { MachineTask } from '../../lib/machines/machine-run.ts';
import { beginLine, endLine } from '../../lib/report/runs/running-tests.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

// this machine: / ── read-only ──▶ guest: / under an overlay
//               results ◀── written through ── results
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Says lines on the kernel's log, as tests do that begin or end. */
function logged(...lines: string[]): string {
  return lines.map((line) => `echo '<5>${line.trim()}' > /dev/kmsg;`).join(' ');
}

/** More in a moment than the kernel takes of programs by default (`printk_ratelimit`). */
const many = Array.from({ length: 30 }, (_, number) => [beginLine(`7.${number}`, 'a'), endLine(`7.${number}`)]).flat();

/** A script in a guest, with a results folder of its own. */
function shell(script: string | ((results: string) => string), more: Partial<MachineTask> = {}): MachineTask {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-machine-'));
  folders.push(folder);
  // Of characters that mean something to a shell, to QEMU or to mount.
  const results = join(folder, "it's #1, a:b");
  const text = typeof script === 'string' ? script : script(results);
  const env = guestEnvironment({ GREETING: "it's $HOME" });
  return { command: ['sh', '-c', text], cwd: '/', env, results, ...more };
}

test("QEMU's own translation works wherever QEMU is", GUEST, async ({ skip }) => {
  kernelHere(skip);
  expect(await works('tcg')).toBe(true);
});

test("the guest has its own kernel and this machine's root, which it cannot write", GUEST, async ({ skip }) => {
  const kernel = kernelHere(skip);
  const marker = `hairpin-${process.pid}-${Date.now()}`;
  const { share } = chooseShare(kernel);
  // A 9p device is mounted once; QEMU has it as read-only.
  const again = `mkdir /mnt/root && mount -t virtiofs root /mnt/root && ls /mnt/root/etc/passwd
       touch /mnt/root/etc/${marker}-2 || echo refused`;
  const task = shell(
    (results) => `uname -r; echo "$GREETING"; echo here > /etc/${marker} && cat /etc/${marker}
       echo through > "${results}/through"
       ${share === 'virtiofs' ? again : ''}
       modprobe macvtap && ls -d /sys/module/macvtap
       exit 7`,
  );
  const before = traces();
  const run = await runInMachine(kernel, task);
  expect(run).toMatchObject({ ending: { kind: 'ended', exitCode: 7 }, share, reports: [] });
  expect(run.output.split('\n')).toEqual([
    kernel.release,
    "it's $HOME",
    'here',
    ...(share === 'virtiofs'
      ? ['/mnt/root/etc/passwd', expect.stringContaining('Read-only file system'), 'refused']
      : []),
    '/sys/module/macvtap',
    '',
  ]);
  expect(readFileSync(join(task.results, 'through'), 'utf8')).toBe('through\n');
  expect(existsSync(`/etc/${marker}`)).toBe(false);
  expect(readFileSync(join(task.results, 'console.log'), 'utf8')).toContain(`Linux version ${kernel.release}`);
  expect(traces(), 'nothing of it is left when it has ended').toEqual(before);
});

// No kernel of Debian's has kmemleak, so a pipe stands in for its file: it takes two scans, then has an object. Whoever scanned
// first may still hold the pipe when it is opened for the second: that reads nothing.
test('what kmemleak knows when the command has ended is told of on the console', GUEST, async ({ skip }) => {
  const script = `cd /sys/kernel/debug || exit; mount -t tmpfs t . && cd . && cd /sys/kernel/debug && mkfifo kmemleak
     { read a < kmemleak; until read b < kmemleak; do :; done
       printf 'unreferenced object 0x1 (size 232):\\n  comm "%s, %s"\\n' "$a" "$b" > kmemleak; } > /dev/null 2>&1 &`;
  const { ending, reports } = await runInMachine(kernelHere(skip), shell(script));
  expect(ending).toEqual({ kind: 'ended', exitCode: 0 });
  const line = 'unreferenced object 0x1 (size 232):';
  expect(reports).toMatchObject([{ kind: 'kmemleak', line, late: true }]);
  expect(reports[0]?.lines[1]).toMatch(/\] {3}comm "scan, scan"$/);
});

test('a kmemleak that is off is told of with the mend, whatever the console is kept from', GUEST, async ({ skip }) => {
  // A file in its place that no scan can be written to.
  const script =
    'cd /sys/kernel/debug && mount -t tmpfs t . && cd /sys/kernel/debug && ln -s /proc/version kmemleak; dmesg -n 1';
  const { reports } = await runInMachine(kernelHere(skip), shell(script));
  const line = 'hairpin: kmemleak is off, so it finds no leak: turn it on with --append kmemleak=on';
  expect(reports).toMatchObject([{ kind: 'no kmemleak', line }]);
});

// `__alloc_pages` warns of a table of 2^30 bytes, as in fail-on-warning.spec.ts.
test('a warning that does not come to the console is seen by the taint', GUEST, async ({ skip }) => {
  const script = `dmesg -n 1; echo 1073741824 > /proc/sys/net/core/flow_limit_table_len
     echo 1 > /proc/sys/net/core/flow_limit_cpu_bitmap`;
  const { reports, console } = await runInMachine(kernelHere(skip), shell(script));
  const line = 'the kernel is tainted (W), but its console shows no report';
  expect({ reports, console }).toMatchObject({ reports: [{ kind: 'taint', line }] });
});

// guest: pktgen ── v1 ── veth0
//
// pktgen holds v1 for the ten seconds until its next packet: who deletes v1 waits for it (`pktgen_mark_device` gives up).
test('a device that is still held when the command has ended is reported', GUEST, async ({ skip }) => {
  const script = `modprobe pktgen; ip link add v1 type veth; ip link set v1 up; ip link set veth0 up
     cd /proc/net/pktgen; echo add_device v1 > kpktgend_0
     for each in 'count 0' 'delay 9999999999' 'dst_mac 02:00:00:00:00:01'; do echo "$each" > v1; done
     echo start > pgctrl & until grep -q 'sofar: [1-9]' v1; do :; done
     cd /; ip link delete v1 & until [ ! -e /sys/class/net/v1 ]; do :; done`;
  const { reports } = await runInMachine(kernelHere(skip), shell(script, { failOnWarning: true }));
  expect(reports).toMatchObject([
    { kind: 'device leak', line: expect.stringContaining('waiting for v1 to become free') },
  ]);
});

// Side by side: the longest of them wait for a time to be over.
describe.concurrent('a failure of the kernel is one of the run, with what it said last:', () => {
  test('a panic in the middle', GUEST, async ({ skip }) => {
    const script = `${logged(endLine('7.0'), beginLine('7.1', 'a > crashes'))} echo c > /proc/sysrq-trigger; sleep 100`;
    const run = await runInMachine(kernelHere(skip), shell(`echo before; ${script}`));
    expect(run.ending).toEqual({ kind: 'panic', line: 'Kernel panic - not syncing: sysrq triggered crash' });
    expect(describeFailure(run)).toMatch(
      /^the kernel panicked: Kernel panic - not syncing: sysrq triggered crash\nThe test that was running: a > crashes\n\nThe last of its console:\n[\s\S]*Call Trace:[\s\S]*\n\nThe last of its output:\n {2}before$/,
    );
  });

  test('a panic before anything ran', GUEST, async ({ skip }) => {
    const run = await runInMachine(kernelHere(skip), shell('true', { append: 'rdinit=/nonexistent' }));
    expect(run.ending).toMatchObject({ kind: 'panic', line: expect.stringContaining('Unable to mount root fs') });
    expect(run.booted).toBe(undefined);
  });

  test('a boot that comes to nothing', GUEST, async ({ skip }) => {
    // A first process that does nothing, for ever.
    const task = shell('true', { append: 'rdinit=/bin/busybox -- sleep 1000', bootWithin: 15_000 });
    const run = await runInMachine(kernelHere(skip), task);
    expect(run.ending).toEqual({ kind: 'no boot', milliseconds: 15_000 });
    expect(describeFailure(run)).toMatch(/^the kernel did not boot within 15 s\n\nThe last of its console:\n {2}\S/);
  });

  test('a command that never ends', GUEST, async ({ skip }) => {
    const run = await runInMachine(
      kernelHere(skip),
      shell(`echo begun; ${logged(...many, beginLine('7.1', 'a > hangs'))} sleep 1000`, { within: 45_000 }),
    );
    expect(run).toMatchObject({ ending: { kind: 'time-out', milliseconds: 45_000 }, output: 'begun\n' });
    expect(describeFailure(run)).toContain('it had not ended after 45 s\nThe test that was running: a > hangs\n');
  });

  test('a folder that is not there for the command', GUEST, async ({ skip }) => {
    const run = await runInMachine(kernelHere(skip), shell('true', { cwd: '/nonexistent' }));
    expect(run.ending).toEqual({ kind: 'unable', reason: 'there is no folder /nonexistent in it' });
  });
});

/** What a machine might leave in this process and on this machine. */
function traces() {
  return { open: openFiles(), mounts: readFileSync('/proc/self/mounts', 'utf8'), sockets: unixSockets() };
}

/** Of the kinds that a machine is given: files in memory, sockets, pipes. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        // The descriptor by which they are listed.
        return [];
      }
    })
    .filter((target) => /memfd|socket|pipe/.test(target))
    .toSorted();
}

/** Those that can be found by a name, a file's or an abstract one's. */
function unixSockets(): string[] {
  const rows = readFileSync('/proc/self/net/unix', 'utf8')
    .split('\n')
    .map((row) => row.split(/\s+/));
  return rows.flatMap(([, , , , , , , name]) => name ?? []).toSorted();
}
