import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { chooseAccelerator } from '../../lib/machines/accelerator.ts';
import { kernelCache } from '../../lib/machines/cache.ts';
import { guestEnvironment } from '../../lib/machines/guest-environment.ts';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import type { Kernel } from '../../lib/machines/kernel.ts';
import { hasBuiltIn } from '../../lib/machines/kernel-config.ts';
import { runInMachine } from '../../lib/machines/machine.ts';
import type { MachineTask } from '../../lib/machines/machine-run.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

const guests = test
  // Its own cache: in a common one, other specs' guests would push this test's out.
  .extend('kernel', { scope: 'test' }, async ({ skip }, { onCleanup }) => {
    if ((await chooseAccelerator()) === 'kvm') skip('needs a machine without KVM: with it, every guest boots');
    const kernel = kernelHere(skip);
    const cache = mkdtempSync(join(tmpdir(), 'hairpin-cache-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
    onCleanup(() => {
      vi.unstubAllEnvs();
      rmSync(cache, { recursive: true, force: true });
    });
    return kernel;
  })
  .extend('run', { scope: 'test' }, ({ kernel }) => async (script: string, more: Partial<MachineTask> = {}) => {
    const results = mkdtempSync(join(tmpdir(), 'hairpin-snapshot-'));
    try {
      const task = { command: ['sh', '-c', script, results], cwd: '/', env: guestEnvironment({}), results, ...more };
      return await runInMachine(kernel, task);
    } finally {
      rmSync(results, { recursive: true, force: true });
    }
  });

// kernel ── boots ── waits ──┬── task (the first guest)
//                            └── kept ── goes on ── task (each later one)
guests('a guest goes on from where the first one had booted to', GUEST, async ({ run }) => {
  const script = 'cat /proc/sys/kernel/random/uuid; date +%s; exit 3';
  const first = await run(script);
  const begun = Math.floor(Date.now() / 1000);
  const second = await run(script);
  expect([first.snapshotFailed, second.snapshotFailed]).toEqual([undefined, undefined]);
  const ended = Math.ceil(Date.now() / 1000);
  expect(first).toMatchObject({ ending: { kind: 'ended', exitCode: 3 } });
  expect(first.resumed).toBe(undefined);
  expect(second).toMatchObject({ ending: { kind: 'ended', exitCode: 3 }, resumed: expect.any(String) });
  const [random, seconds] = second.output.split('\n');
  const [otherRandom] = first.output.split('\n');
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
  expect(mended.snapshotFailed).toMatch(/^the machine ended before the command had: /);
  expect(await run('true')).toMatchObject({ ending: { kind: 'ended' }, resumed: name });
  truncateSync(join(kernelCache(), name as string, 'memory'), 1000);
  expect((await run('true')).resumed).toBe(undefined);
});

guests('by 9p a guest goes on as well', GUEST, async ({ kernel, run, skip }) => {
  skip(!takes9p(kernel), 'needs a kernel with CONFIG_9P_FS');
  const shares = ['9p'] as const;
  await run('true', { shares });
  // The exit code is written to the results folder, and through to this machine.
  const { resumed, share, ending, snapshotFailed } = await run('exit 5', { shares });
  expect({ share, ending, snapshotFailed }).toEqual({ share: '9p', ending: { kind: 'ended', exitCode: 5 } });
  expect(resumed).not.toBe(undefined);
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
