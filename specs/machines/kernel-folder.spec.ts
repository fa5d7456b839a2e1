import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { flock } from '../../lib/kernel/libc.ts';
import { cached, kernelCache } from '../../lib/machines/cache.ts';
import { findKernel } from '../../lib/machines/find-kernel.ts';
import { kernelsIn, releaseOf } from '../../lib/machines/kernel-folder.ts';
import { needs } from '../needs.ts';

let folder: string;
beforeEach(({ onTestFinished }) => {
  folder = mkdtempSync(join(tmpdir(), 'hairpin-kernels-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
});

test('the release is read from the image', () => {
  expect(releaseOf(write('vmlinuz', bzImage('6.1.0-40-amd64')))).toBe('6.1.0-40-amd64');
});

test('what is no image is refused, saying how that was seen', () => {
  const file = write('bzImage', Buffer.alloc(2048));
  expect(() => releaseOf(file)).toThrow(`${file} is no bzImage of Linux: it has no boot header ("HdrS" at 0x202)`);
});

test.for(['', '../../etc', '..', 'blobs', '6.1/..'])('an image of the release %j is refused', (release) => {
  const file = write('bzImage', bzImage(release));
  expect(() => releaseOf(file)).toThrow(
    `${file} does not say which kernel it is: its boot header has '${release}' where the release should be (kernel_version at 0x20e)`,
  );
});

test('an image without a release is refused', () => {
  const image = bzImage('6.1.0-40-amd64');
  image.writeUInt16LE(0, 0x20e);
  const file = write('bzImage', image);
  expect(() => releaseOf(file)).toThrow("has '' where the release should be");
});

test('an unpacked package: its image with its modules', () => {
  write('boot/vmlinuz-6.1.0-40-amd64', bzImage('6.1.0-40-amd64'));
  write('lib/modules/6.1.0-40-amd64/modules.dep', '');
  expect(kernelsIn(folder)).toEqual([
    {
      name: '6.1.0-40-amd64',
      release: '6.1.0-40-amd64',
      image: join(folder, 'boot/vmlinuz-6.1.0-40-amd64'),
      modules: join(folder, 'lib/modules/6.1.0-40-amd64'),
    },
  ]);
});

test('a folder of images: all, oldest first', () => {
  for (const release of ['6.1.0-10', '6.1.0-9', '5.10.0-1']) write(`vmlinuz-${release}`, bzImage(release));
  expect(kernelsIn(folder).map(({ release }) => release)).toEqual(['5.10.0-1', '6.1.0-9', '6.1.0-10']);
});

describe('of a build', () => {
  needs('busybox');
  test.for([
    ['6.2 and later', 'drivers/net/macvlan.o\n'],
    ['before', 'kernel/drivers/net/macvlan.ko\n'],
  ] as const)("a build's modules are gathered from all over it, as %s lists them", ([, order]) => {
    write('arch/x86/boot/bzImage', bzImage('6.19.0-rc1'));
    write('modules.order', order);
    write('modules.builtin', 'kernel/fs/overlayfs/overlay.ko\n');
    write('drivers/net/macvlan.ko', '\x7fELF');
    const [kernel] = kernelsIn(folder);
    expect(kernel).toMatchObject({ release: '6.19.0-rc1', image: join(folder, 'arch/x86/boot/bzImage') });
    const modules = kernel?.modules ?? '';
    expect(modules).toContain(kernelCache());
    expect(readFileSync(join(modules, 'modules.dep'), 'utf8')).toBe('kernel/drivers/net/macvlan.ko:\n');
    expect(readFileSync(join(modules, 'modules.builtin'), 'utf8')).toContain('overlay.ko');
  });

  test('modules that were once installed in the tree are older than those that are built in it', () => {
    write('arch/x86/boot/bzImage', bzImage('6.19.0-rc1'));
    write('modules.order', 'drivers/net/macvlan.o\n');
    const installed = 'lib/modules/6.19.0-rc1';
    for (const name of ['modules.dep', 'modules.order']) write(`${installed}/${name}`, '');
    write(`${installed}/kernel/drivers/net/macvlan.ko`, '\x7fELF old');
    write('drivers/net/macvlan.ko', '\x7fELF built');
    const modules = kernelsIn(folder)[0]?.modules ?? '';
    expect(readFileSync(join(modules, 'kernel/drivers/net/macvlan.ko'), 'utf8')).toBe('\x7fELF built');
    rmSync(join(folder, 'modules.order'));
    expect(kernelsIn(folder)[0]?.modules).toBe(join(folder, installed));
  });

  test('a module that is linked again is copied again, and the copies of the build before are gone', () => {
    write('arch/x86/boot/bzImage', bzImage('6.19.0-rc1'));
    write('modules.order', 'drivers/net/macvlan.o\n');
    const module = 'kernel/drivers/net/macvlan.ko';
    write('drivers/net/macvlan.ko', '\x7fELF one');
    const first = kernelsIn(folder)[0]?.modules ?? '';
    expect(kernelsIn(folder)[0]?.modules).toBe(first);
    write('drivers/net/macvlan.ko', '\x7fELF another');
    const second = kernelsIn(folder)[0]?.modules ?? '';
    expect(readFileSync(join(second, module), 'utf8')).toBe('\x7fELF another');
    expect(existsSync(first)).toBe(false);
    write('arch/x86/boot/bzImage', bzImage('6.19.0-rc1-00001-g0123456'));
    kernelsIn(folder);
    expect(readdirSync(kernelCache()).length).toBe(1);
  });

  test('a copy that another process holds stays until that has ended', () => {
    const copyOf = (module: string) => {
      write('arch/x86/boot/bzImage', bzImage('6.19.0-rc1'));
      write('modules.order', 'drivers/net/macvlan.o\n');
      write('drivers/net/macvlan.ko', `\x7fELF ${module}`);
      return kernelsIn(folder)[0]?.modules ?? '';
    };
    const first = copyOf('one');
    // As another hairpin has it while its guest runs: LOCK_SH, by a descriptor of its own.
    const theirs = openSync(join(first, '../../..'), 'r');
    expect(flock(theirs, 1)).toBe(0);
    const second = copyOf('another');
    expect([first, second].map(existsSync)).toEqual([true, true]);
    closeSync(theirs);
    const third = copyOf('a third one');
    expect([first, second, third].map(existsSync)).toEqual([false, false, true]);
  });
});

test('what is half made is nobody else’s, and what a killed run left of it is removed', () => {
  expect(() =>
    cached('x', () => {
      throw new Error('killed');
    }),
  ).toThrow('killed');
  // The highest that a process can have is 4194304 (PID_MAX_LIMIT).
  const abandoned = join(kernelCache(), '.staging-9999999-abc');
  mkdirSync(abandoned);
  const made = cached('x', (staging) => writeFileSync(join(staging, 'file'), ''));
  expect(readFileSync(join(made, 'file'), 'utf8')).toBe('');
  expect(() => readFileSync(join(abandoned, 'file'))).toThrow('ENOENT');
  expect(() => mkdirSync(abandoned)).not.toThrow();
  expect(
    cached('x', () => {
      throw new Error('made twice');
    }),
  ).toBe(made);
});

test.for([
  ['/nonexistent/bzImage', "--kernel '/nonexistent/bzImage': there is no such file or folder"],
  [
    'no-such-version',
    "--kernel must be a bzImage, a folder with one, um, um:FOLDER, newest, or the version of a package such as 6.1.0-40-amd64: received 'no-such-version'. See: hairpin kernels",
  ],
] as const)('%s is refused', async ([word, message]) => {
  await expect(findKernel('--kernel', word)).rejects.toThrow(message);
});

function write(path: string, content: string | Buffer): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Only the header: Documentation/arch/x86/boot.rst. */
function bzImage(release: string): Buffer {
  const image = Buffer.alloc(2048);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x300, 0x20e);
  image.write(`${release} (builder@host) #1 SMP\0`, 0x500, 'latin1');
  return image;
}
