import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DockerEngine, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { startVitest } from '../leaks/nested-vitest.ts';
import { importBusybox, NO_BUSYBOX } from './busybox.ts';
import { NO_ENGINE } from './no-engine.ts';
import { importTestImage } from './test-image.ts';
import { startTheirEngine } from './their-engine.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(join(ROOT, 'docs/containers.md'), 'utf8');

test.beforeEach(({ skip }) => {
  skip(NO_ENGINE !== undefined, NO_ENGINE);
  skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
});

// host: vitest, with the page's specs ; theirs: the engine of DOCKER_HOST
test("docs/containers.md has specs that pass, with the machine's engine and with one of their own", async ({
  lab,
  onTestFinished,
}) => {
  const theirs = await startTheirEngine(lab.namespace('theirs'), onTestFinished);
  const folder = await mkdtemp(join(ROOT, '.docs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await importWebServer(theirs);
  await theirs.cli(['save', 'nginx:alpine', '--output', join(folder, 'images.tar')]);
  const config = "import { hairpin } from 'hairpin/config';\nexport default { plugins: [hairpin()] };\n";
  await writeFile(join(folder, 'vitest.config.ts'), config);
  const [first, second, ...others] = samples('ts spec');
  expect(others).toEqual([]);
  for (const [name, sample, env] of [
    ['first', first, { DOCKER_HOST: theirs.host }],
    ['second', second, { DOCKER_HOST: '' }],
  ] as const) {
    await writeFile(join(folder, `${name}.test.ts`), String(sample));
    const args = ['--config', join(folder, 'vitest.config.ts'), `${name}.test.ts`, '--testTimeout=60000'];

    const { exitCode, all } = await startVitest(lab.namespace(`host-${name}`), args, { root: folder, env });
    expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringMatching(/Tests .*passed/) });
  }
  expect(await theirs.containers()).toBe('');
});

// host: the page's `docker run` line ; docker: the engine
test("docs/containers.md's docker run line runs a spec", async ({ lab, docker }) => {
  await importTestImage(docker);
  await docker.cli(['tag', 'tests', 'node:24']);
  const [line, ...others] = samples('sh run');
  expect(others).toEqual([]);
  const { exitCode, stdout } = await lab
    .namespace('host')
    .exec('sh', ['-c', `${line?.trim()} specs/lab/switch.spec.ts`], {
      cwd: ROOT,
      env: { DOCKER_HOST: docker.host },
      reject: false,
    });
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/Tests .*passed/) });
});

/** Stands for nginx's image, of which the page's specs want a web server, its log, and `ping`. */
async function importWebServer(engine: Pick<DockerEngine, 'cli'>): Promise<void> {
  const command = ['sh', '-c', 'echo start worker process; exec httpd -f -p 80'];
  await importBusybox(engine, 'nginx:alpine', [`CMD ${JSON.stringify(command)}`]);
}

function samples(kind: string): string[] {
  return [...page.matchAll(/^```([a-z ]+)\n(.*?)^```$/gms)].flatMap(([, what, code]) =>
    what === kind && code ? [code] : [],
  );
}
