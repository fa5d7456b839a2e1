import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'hairpin';
import { CONFIG, SPEC } from '../lib/init/templates.ts';
import { projectFolder, ROOT, samplesOf } from './doc-samples.ts';
import { startVitest } from './leaks/nested-vitest.ts';

// host: what the README and the pages beside it say, done as their reader would, with the package as it is built
const read = (file: string) => readFile(join(ROOT, file), 'utf8');
const readme = await read('README.md');
const start = await read('docs/getting-started.md');
const scripts = await read('docs/without-vitest.md');
const modes = await read('docs/modes.md');
const config = only(samplesOf(start, 'config'));

describe('the README and its pages', () => {
  test('have specs that pass, with their own vitest.config.ts', async ({ lab, onTestFinished }) => {
    const folder = await projectFolder(onTestFinished);
    await writeFile(join(folder, 'vitest.config.ts'), config);
    const samples = [readme, start].flatMap((page) => samplesOf(page, 'spec'));
    for (const [index, sample] of samples.entries()) await writeFile(join(folder, `sample${index}.test.ts`), sample);
    const { exitCode, all } = await startVitest(lab.namespace('host'), ['--config', join(folder, 'vitest.config.ts')], {
      root: folder,
    });
    expect({ exitCode, all }).toMatchObject({
      exitCode: 0,
      all: expect.stringContaining(`${samples.length} passed`),
    });
  });

  test('begin with what hairpin init writes', () => {
    expect(only(samplesOf(readme, 'spec'))).toBe(SPEC);
    expect(config).toBe(CONFIG);
  });

  test('without vitest, scripts and node:test run', async ({ lab, onTestFinished }) => {
    const folder = await projectFolder(onTestFinished);
    await writeFile(join(folder, 'script.ts'), only(samplesOf(scripts, 'script')));
    const host = lab.namespace('host');
    const [unshare = '', ...words] = only(samplesOf(scripts, 'script', 'sh'))
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
    await writeFile(join(folder, 'network.test.js'), only(samplesOf(scripts, 'nodetest', 'js')));
    const args = [...rootless.slice(1, -1), '--test', 'network.test.js'];
    const { stdout } = await host.exec(unshare, args, { cwd: folder, env: { NODE_TEST_CONTEXT: undefined } });
    expect(stdout).toContain('pass 1');
  });

  test("have this kernel's truth table", async ({ lab }) => {
    const { stdout } = await lab
      .namespace('host')
      .exec(process.execPath, [join(ROOT, 'dist/lib/cli/main.js'), 'modes']);
    const [, table] = /<!-- modes -->\n```\n(.*?)```\n<!-- \/modes -->/s.exec(modes) ?? [];
    // execa leaves the last line's end out.
    expect(table?.trimEnd()).toBe(stdout.trimEnd());
  });
});

function only([first, ...rest]: string[]): string {
  if (first === undefined || rest.length > 0)
    throw new Error(`the page was to have one such sample: it has ${rest.length + (first ? 1 : 0)}`);
  return first;
}
