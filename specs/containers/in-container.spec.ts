import { fileURLToPath } from 'node:url';
import { type DockerEngine, expect, type Namespace, test } from 'hairpin';
import { vi } from 'vitest';
import { MAIN } from '../cli/hairpin.ts';
import { importTestImage } from './test-image.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// host: hairpin test ─ docker: the engine ─ a privileged container: vitest ─ workers ─ labs
test("the project's suite passes in a privileged container", async ({ lab, docker }) => {
  await importTestImage(docker);

  const suite = ['specs/article', 'specs/kernel', 'specs/lab/exec', 'specs/lab/macvlan', 'specs/lab/disposal'];
  const run = hairpinTest(lab.namespace('host'), docker, ['tests', '--', ...suite]);
  const images = async () => (await docker.cli(['ps', '--format', '{{.Image}}'])).stdout;
  await expect.poll(images, { timeout: 120_000 }).toBe('tests');

  const { exitCode, all } = await run;
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringMatching(/Tests .*\d+ passed/) });
  expect((await docker.cli(['ps', '--all', '--quiet'])).stdout).toBe('');
});

// host: hairpin test ─ docker: the engine ─ a privileged container: a spec that waits
test('kill -9 of hairpin test ends its container', async ({ lab, docker }) => {
  await importTestImage(docker);
  const config = ['--config', 'specs/leaks/victim/vitest.config.ts'];
  const run = hairpinTest(lab.namespace('host'), docker, ['tests', '--', ...config]);
  let seen = '';
  run.stdout.on('data', (text) => {
    seen += text;
  });
  await expect.poll(() => seen, { timeout: 120_000 }).toContain('READY');

  run.kill('SIGKILL');

  const left = async () => (await docker.cli(['ps', '--all', '--quiet'])).stdout;
  await expect.poll(left).toBe('');
});

// host: hairpin test, which cannot do its work
test('what cannot be run says why', async ({ lab, docker }) => {
  const host = lab.namespace('host');
  const noImage = await hairpinTest(host, docker, ['no-such-image.invalid/x']);
  expect(noImage).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no-such-image.invalid') });
  expect(noImage.stderr.split('\n').at(-1)).toBe('hairpin: docker run failed (exit code 125)');

  const noVitest = await hairpinTest(host, docker, [], { cwd: '/' });
  expect(noVitest).toMatchObject({
    exitCode: 3,
    stderr: "hairpin: there is no vitest in /: npm install, in the project's folder, and run hairpin test there",
  });
});

function hairpinTest(host: Namespace, docker: DockerEngine, args: readonly string[], { cwd = ROOT } = {}) {
  return host.exec(process.execPath, [MAIN, 'test', '--in-container', ...args], {
    cwd,
    env: { DOCKER_HOST: docker.host, NO_COLOR: '1', FORCE_COLOR: undefined },
    reject: false,
    all: true,
  });
}
