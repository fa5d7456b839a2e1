import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseAccelerator } from '../../lib/machines/accelerator.ts';
import { dropCached, kernelCache } from '../../lib/machines/cache.ts';
import { guestEnvironment } from '../../lib/machines/guest-environment.ts';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import type { Kernel } from '../../lib/machines/kernel.ts';
import { hasBuiltIn } from '../../lib/machines/kernel-config.ts';
import { type MachineRun, runInMachine } from '../../lib/machines/machine.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

const guests = test
  .extend('kernel', { scope: 'test' }, async ({ skip }) => {
    if ((await chooseAccelerator()) === 'kvm') skip('needs a machine without KVM: with it, every guest boots');
    return kernelHere(skip);
  })
  // An argument that no other guest has, so that this test's snapshot is its own.
  .extend('run', { scope: 'test' }, async ({ kernel }, { onCleanup }) => {
    const append = `hairpin.spec=${randomUUID()}`;
    const names = new Set<string>();
    onCleanup(() => names.forEach(dropCached));
    return async (script: string): Promise<MachineRun> => {
      const results = mkdtempSync(join(tmpdir(), 'hairpin-snapshot-'));
      try {
        const command = ['sh', '-c', script];
        const run = await runInMachine(kernel, { command, cwd: '/', env: guestEnvironment({}), results, append });
        if (run.resumed !== undefined) names.add(run.resumed);
        return run;
      } finally {
        rmSync(results, { recursive: true, force: true });
      }
    };
  });

// kernel ── boots ── waits ──┬── task (the first guest)
//                            └── kept ── goes on ── task (each later one)
guests('a guest goes on from where the first one had booted to', GUEST, async ({ run }) => {
  const script = 'cat /proc/cmdline /proc/sys/kernel/random/uuid; date +%s; exit 3';
  const first = await run(script);
  const begun = Math.floor(Date.now() / 1000);
  const second = await run(script);
  const ended = Math.ceil(Date.now() / 1000);
  expect(first).toMatchObject({ ending: { kind: 'ended', exitCode: 3 } });
  expect(first.resumed).toBe(undefined);
  expect(second).toMatchObject({ ending: { kind: 'ended', exitCode: 3 }, resumed: expect.any(String) });
  const [line, random, seconds] = second.output.split('\n');
  const [, otherRandom] = first.output.split('\n');
  expect(line).toContain('hairpin.spec=');
  expect(random, 'its random numbers are its own').not.toBe(otherRandom);
  expect(Number(seconds), 'it has the time of today').toBeGreaterThanOrEqual(begun - 1);
  expect(Number(seconds)).toBeLessThanOrEqual(ended + 1);
});

guests('what the kernel reported while it booted is reported each time', GUEST, async ({ run }) => {
  const { console: booted } = await run('true');
  const { console: resumed, resumed: name } = await run('true');
  const boot = readFileSync(join(kernelCache(), name as string, 'console.log'), 'utf8');
  expect(booted.startsWith(boot)).toBe(true);
  expect(boot).toContain('Linux version');
  expect(resumed.startsWith(boot)).toBe(true);
});

guests('a snapshot that is damaged costs a boot, no more', GUEST, async ({ run }) => {
  await run('true');
  const { resumed: name } = await run('true');
  truncateSync(join(kernelCache(), name as string, 'devices'), 1000);
  const mended = await run('echo here');
  expect(mended).toMatchObject({ ending: { kind: 'ended', exitCode: 0 }, output: 'here\n' });
  expect(mended.resumed, 'QEMU does not load it, so the kernel boots').toBe(undefined);
  expect(await run('true')).toMatchObject({ ending: { kind: 'ended' }, resumed: name });
  truncateSync(join(kernelCache(), name as string, 'memory'), 1000);
  expect((await run('true')).resumed).toBe(undefined);
});

guests('by 9p a guest goes on as well', GUEST, async ({ kernel, skip }) => {
  skip(!takes9p(kernel), 'needs a kernel with CONFIG_9P_FS');
  const results = mkdtempSync(join(tmpdir(), 'hairpin-snapshot-'));
  const append = `hairpin.spec=${randomUUID()}`;
  const task = { command: ['sh', '-c', 'echo through > "$0/through"', results], cwd: '/', env: guestEnvironment({}) };
  const shares = ['9p'] as const;
  try {
    await runInMachine(kernel, { ...task, results, append, shares });
    const { resumed, ending } = await runInMachine(kernel, { ...task, results, append, shares });
    dropCached(resumed as string);
    expect(ending).toEqual({ kind: 'ended', exitCode: 0 });
    expect(readFileSync(join(results, 'through'), 'utf8')).toBe('through\n');
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
});

test('a kernel whose configuration is not at hand boots each time', () => {
  const kernel = { name: 'x', release: '9.9.9', image: '/nonexistent/a/b/c/bzImage' };
  expect(hasBuiltIn(kernel, ['VMGENID'])).toBe(undefined);
});

function takes9p(kernel: Kernel): boolean {
  try {
    return chooseShare(kernel, ['9p']).share === '9p';
  } catch {
    return false;
  }
}
