import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'hairpin';
import { CONFIG, SPEC } from '../lib/init/templates.ts';
import { projectFolder, ROOT, samplesOf } from './doc-samples.ts';
import { startVitest } from './leaks/nested-vitest.ts';

// host: everything that the README says, done as its reader would, with the package as it is built
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  test('has specs that pass, with its own vitest.config.ts', async ({ lab, onTestFinished }) => {
    const folder = await projectFolder(onTestFinished);
    await writeFile(join(folder, 'vitest.config.ts'), only(samples('config')));
    for (const [index, sample] of samples('spec').entries())
      await writeFile(join(folder, `sample${index}.test.ts`), sample);
    const { exitCode, all } = await startVitest(lab.namespace('host'), ['--config', join(folder, 'vitest.config.ts')], {
      root: folder,
    });
    expect({ exitCode, all }).toMatchObject({
      exitCode: 0,
      all: expect.stringContaining(`${samples('spec').length} passed`),
    });
  });

  test('begins with what hairpin init writes', () => {
    expect(samples('spec')[0]).toBe(SPEC);
    expect(only(samples('config'))).toBe(CONFIG);
  });

  test('has a script that runs', async ({ lab, onTestFinished }) => {
    const folder = await projectFolder(onTestFinished);
    await writeFile(join(folder, 'script.ts'), only(samples('script')));
    const host = lab.namespace('host');
    const [unshare = '', ...words] = only(samplesOf(readme, 'script', 'sh'))
      .trim()
      .split(' ');
    const rootless = [...words.slice(0, -2), process.execPath, ...words.slice(-1)];
    for (const [file, args] of [
      [process.execPath, ['script.ts']],
      [unshare, rootless],
    ] as const) {
      const { stdout } = await host.exec(file, args, { cwd: folder });
      expect(stdout).toContain('1 received, 0% packet loss');
    }
  });

  test("has this kernel's truth table", async ({ lab }) => {
    const { stdout } = await lab
      .namespace('host')
      .exec(process.execPath, [join(ROOT, 'dist/lib/cli/main.js'), 'modes']);
    const [, table] = /<!-- modes -->\n```\n(.*?)```\n<!-- \/modes -->/s.exec(readme) ?? [];
    // execa leaves the last line's end out.
    expect(table?.trimEnd()).toBe(stdout.trimEnd());
  });
});

function samples(kind: string): string[] {
  return samplesOf(readme, kind);
}

function only([first, ...rest]: string[]): string {
  if (first === undefined || rest.length > 0)
    throw new Error(`the README was to have one such sample: it has ${rest.length + (first ? 1 : 0)}`);
  return first;
}
