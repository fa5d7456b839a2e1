import { fileURLToPath } from 'node:url';
import { type DockerEngine, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { MAIN } from '../cli/hairpin.ts';
import { importTestImage } from './test-image.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What doctor names as the least that a container needs, by who runs in it. */
const ROOTS = /docker run --privileged \(or with (--cap-add [^)]+)\)/;
const USERS = /docker run --privileged \(or with (--security-opt [^)]+)\)/;

// host: docker: the engine ─ a container: hairpin doctor
test.for<[string, string[], RegExp]>([
  ['root', [], ROOTS],
  ['an ordinary user', ['--user', '1000:1000'], USERS],
])(
  'in a plain container of %s, what doctor says to start it with is enough',
  async ([, options, least], { docker }) => {
    await importTestImage(docker);
    const plain = await doctorIn(docker, options);
    expect(plain).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(least) });
    expect(plain.stdout).toContain('in Kubernetes with securityContext: { privileged: true }');

    const named = least.exec(plain.stdout)?.[1]?.split(' ') ?? [];
    for (const more of [named, ['--privileged']]) {
      const mended = await doctorIn(docker, [...options, ...more]);
      expect(mended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/This machine can run labs\.$/) });
    }
  },
);

// host: docker: the engine ─ a container, with namespaces, but a read-only /proc/sys: hairpin doctor
test('a container that is only half privileged is told the rest', async ({ docker }) => {
  await importTestImage(docker);
  const { exitCode, stdout } = await doctorIn(docker, ['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN']);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/✗ kernel: hosts and routers: \/proc\/sys is read-only here, as in a plain container: start/);
});

async function doctorIn(docker: DockerEngine, options: readonly string[]) {
  const place = ['--volume', `${ROOT}:${ROOT}:ro`, '--workdir', ROOT];
  const { exitCode, stdout } = await docker.cli(
    ['run', '--rm', ...options, ...place, 'tests', 'node', MAIN, 'doctor'],
    { reject: false },
  );
  return { exitCode, stdout: String(stdout) };
}
