import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ContainerLab, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { importBusybox, NO_BUSYBOX } from './busybox.ts';
import { cgroups } from './left-behind.ts';
import { NO_ENGINE } from './no-engine.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// other   docker: the engine ── docker0, Docker's bridge ── a container
test("an engine of a lab's own keeps its bridge, rules, files and mounts to itself, and is gone with the lab", async ({
  lab,
  docker,
  skip,
}) => {
  skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
  const other = lab.namespace('other');
  await importBusybox(docker);
  const { stdout } = await docker.cli(['run', '--rm', 'busybox', 'ip', '-o', 'address']);

  // It works: the container is on Docker's own bridge.
  expect(stdout).toContain('inet 172.17.0.2/16');
  expect((await docker.namespace.exec('ip', ['-o', 'link'])).stdout).toContain('docker0');
  expect((await docker.namespace.exec('nft', ['list', 'ruleset'])).stdout).toContain('docker0');
  // Nobody else has any of it.
  expect((await other.exec('ip', ['-o', 'link'])).stdout).not.toContain('docker0');
  expect((await other.exec('nft', ['list', 'ruleset'])).stdout).toBe('');
  expect((await other.exec('cat', ['/proc/mounts'])).stdout).not.toMatch(/docker|hairpin/);
  for (const file of ['/run/hairpin', '/run/docker.sock', '/etc/docker/key.json', '/opt/containerd', '/var/lib/docker'])
    expect(existsSync(file), file).toBe(false);
});

// docker: the engine
test('a command of docker that fails is named as the spec has it, with its line', async ({ docker }) => {
  const failure = await docker.cli(['network', 'rm', 'red']).catch((error: unknown) => error as Error);
  expect(failure).toMatchObject({
    message: expect.stringMatching(
      /^docker\.cli\(\['network', 'rm', 'red'\]\): exit code 1\n\n.*network red not found/s,
    ),
    stack: expect.stringMatching(/\n {4}at [^\n]*engine\.spec\.ts:\d+:\d+/),
  });
  expect(failure).toHaveProperty('command', expect.stringMatching(/^\S*docker --host \S+ network rm red$/));
});

// docker: the engine, ended with its lab
test.skipIf(NO_ENGINE)('an engine is gone when its lab has been closed', async () => {
  const lab = new ContainerLab();
  const { socketPath } = await lab.docker();
  const engine = socketPath.replace(/\/root\/.*/, '');
  expect(existsSync(socketPath)).toBe(true);

  await lab.close();

  expect(existsSync(engine)).toBe(false);
  expect(cgroups().filter((path) => path.includes(`hairpin-${process.pid}-`))).toEqual([]);
});

// docker: an engine that cannot start
test.skipIf(NO_ENGINE)(
  'an engine that ends instead of answering is an error with the end of its log',
  async ({ lab }) => {
    vi.stubEnv('DOCKER_HOST', '');
    vi.stubEnv('DOCKER_DRIVER', 'no-such-driver');
    await expect(lab.docker()).rejects.toThrow(
      /^dockerd has ended instead of answering \(.*exit code 1.*\):\n.*no-such-driver/s,
    );
    vi.unstubAllEnvs();
  },
);

test('a lab where no engine can be had says so, and how to get one', async () => {
  const lab = new ContainerLab();
  vi.stubEnv('PATH', '/nonexistent');
  vi.stubEnv('DOCKER_HOST', '');
  try {
    await expect(lab.container('web', 'busybox')).rejects.toThrow(
      /^no Docker engine: needs a Docker engine: set DOCKER_HOST to one, or apt-get install docker.io \(missing: dockerd of /,
    );
  } finally {
    vi.unstubAllEnvs();
    await lab.close();
  }
});

// host: an ordinary user's run, as hairpin's pool starts it
test("without the machine's root a lab says what its containers need", async ({ lab }) => {
  const script = `
    import { ContainerLab } from '${fileURLToPath(new URL('../../lib/containers/index.ts', import.meta.url))}';
    const lab = new ContainerLab();
    await lab.docker().catch(({ message }) => console.log(message));
    await lab.close();`;
  const node = [process.execPath, '--input-type=module', '--eval', script];
  const { stdout } = await lab
    .namespace('host')
    .exec('unshare', ['--user', '--map-root-user', '--net', '--', ...node], { env: { DOCKER_HOST: 'unix:///x' } });
  expect(stdout).toBe(
    "no Docker engine: containers need the machine's own root, not that of a user namespace: run the tests by sudo",
  );
});
