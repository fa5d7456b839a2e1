import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildKernel, kernelTree } from '../../lib/machines/build-kernel.ts';
import { needs } from '../needs.ts';

needs('make');

test.for([
  [[], ': it must be the tree of a configured kernel: it has no Makefile'],
  [
    ['Makefile'],
    ': it must be the tree of a configured kernel: it has no .config. Make one there (make defconfig); see: hairpin kernels config',
  ],
] as const)('a folder with %j is refused', ([files, message]) => {
  const folder = tree(Object.fromEntries(files.map((name) => [name, ''])));
  expect(() => kernelTree(folder)).toThrow(`--build '${folder}'${message}`);
});

test('what is no folder is refused', () => {
  const file = join(tree({ file: '' }), 'file');
  for (const path of [file, '/nonexistent'])
    expect(() => kernelTree(path)).toThrow(`--build '${path}': there is no such folder`);
});

test('modules are built where the kernel has them', () => {
  const argsWith = (config: string) => kernelTree(tree({ Makefile: '', '.config': config })).args.slice(3);
  expect(argsWith('CONFIG_NET=y\nCONFIG_MODULES=y\n')).toEqual(['bzImage', 'modules']);
  expect(argsWith('# CONFIG_MODULES is not set\n')).toEqual(['bzImage']);
});

test('what make prints is passed on, and the last of it is in the error', async () => {
  const folder = tree({
    '.config': '',
    Makefile: `bzImage:\n\t@for i in $$(seq 30); do echo "  CC      net/core/$$i.o"; done; echo 'net/core/dev.c:1:1: error: x' >&2; exit 1\n`,
  });
  const heard: string[] = [];
  const kernel = buildKernel(kernelTree(folder), (text) => heard.push(text));
  await expect(kernel).rejects.toThrow(
    /^make -C \S+ -j\d+ bzImage failed \(exit code 2\):\n {2}[\s\S]*net\/core\/dev\.c:1:1: error: x\n/,
  );
  await expect(kernel).rejects.not.toThrow('net/core/3.o');
  expect(heard.join('')).toContain('net/core/3.o');
});

test('a make that makes no kernel is told of', async () => {
  const folder = tree({ '.config': '', Makefile: 'bzImage:\n' });
  await expect(buildKernel(kernelTree(folder))).rejects.toThrow(
    /^make -C \S+ -j\d+ bzImage has made no kernel: neither arch\/x86\/boot\/bzImage of a build, nor /,
  );
});

test('its words are words: a name is no command of a shell', async () => {
  const folder = tree({ "it's $(touch x); #/.config": '', "it's $(touch x); #/Makefile": 'bzImage:\n\t@pwd; false\n' });
  const odd = join(folder, "it's $(touch x); #");
  await expect(buildKernel(kernelTree(odd))).rejects.toThrow(`\n  ${odd}\n`);
});

/** A tree with such files, until the test has ended. */
function tree(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-tree-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
