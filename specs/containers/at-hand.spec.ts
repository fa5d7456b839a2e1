import { ContainerLab, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { importBusybox, NO_BUSYBOX } from './busybox.ts';
import { ready, startVictim } from './left-behind.ts';
import { NO_ENGINE } from './no-engine.ts';
import { startTheirEngine } from './their-engine.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// theirs: an engine with a container `precious` ; client ── web (container)
test.beforeEach(({ skip, onTestFinished }) => {
  skip(NO_ENGINE !== undefined, NO_ENGINE);
  skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
  onTestFinished(() => void vi.unstubAllEnvs());
});

test('the engine of DOCKER_HOST is used, and a lab takes away only what is its own', async ({
  lab,
  onTestFinished,
}) => {
  const theirs = await startTheirEngine(lab.namespace('theirs'), onTestFinished);
  vi.stubEnv('DOCKER_HOST', theirs.host);
  const mine = new ContainerLab();
  const docker = await mine.docker();
  await importBusybox(docker);
  await theirs.cli(['run', '--detach', '--name', 'precious', 'busybox', 'sleep', '1000']);

  const web = await mine.container('web', 'busybox', { command: ['sleep', '1000'] });
  const client = mine.namespace('client');
  mine.cable(client, web);
  await expect(client).toReach(web);
  expect((await theirs.containers()).split('\n')).toHaveLength(2);
  expect(() => docker.namespace).toThrow(
    `docker.namespace: the engine of DOCKER_HOST (${theirs.host}) is in the host's own network, which is no part of ` +
      'the lab; unset DOCKER_HOST for an engine of the lab',
  );

  await mine.close();
  expect(await theirs.containers()).toBe('precious');
});

test('kill -9 of a run leaves none of its containers in the engine of DOCKER_HOST', async ({ lab, onTestFinished }) => {
  const theirs = await startTheirEngine(lab.namespace('theirs'), onTestFinished);
  const { run, left, nothing } = await startVictim(lab.namespace('host'), onTestFinished, {
    DOCKER_HOST: theirs.host,
  });
  const { worker } = await ready(run);
  expect(await theirs.containers()).not.toBe('');

  process.kill(worker, 'SIGKILL');

  await expect.poll(() => theirs.containers()).toBe('');
  await expect.poll(left).toEqual(nothing);
  await run;
});

test('an engine that counts processes otherwise is told from one on this machine', async ({ docker }) => {
  await importBusybox(docker);
  vi.stubEnv('DOCKER_HOST', docker.host);
  await using mine = new ContainerLab();
  await expect(mine.container('web', 'busybox', { command: ['sleep', '1000'] })).rejects.toThrow(
    /^lab\.container\('web'\): the engine \(unix:.*\) says process \d+, which is not the container's here: it must run on this machine, and count processes as this one does$/,
  );
  expect((await docker.cli(['ps', '--all', '--quiet'])).stdout).toBe('');
});

test.for([
  ['tcp://10.0.0.1:2375', "'tcp://10.0.0.1:2375'"],
  ['nonsense', "'nonsense'"],
])('DOCKER_HOST %s is refused', async ([address, shown], { lab }) => {
  vi.stubEnv('DOCKER_HOST', address);
  await expect(lab.docker()).rejects.toThrow(
    "DOCKER_HOST must be a socket of this machine, such as unix:///var/run/docker.sock, since a container's network " +
      `namespace is entered from here: received ${shown}`,
  );
});
