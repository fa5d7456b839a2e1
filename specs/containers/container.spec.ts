import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { GenericContainer, Wait } from 'testcontainers';
import { vi } from 'vitest';
import { failureOf } from '../matchers/failure-of.ts';
import { importBusybox, NO_BUSYBOX } from './busybox.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SLEEP = ['sleep', '1000'];

// client ── sw ── web (container)
test.beforeEach(async ({ docker, skip }) => {
  skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
  await importBusybox(docker);
});

test('a container answers by every protocol, in both families, and hears frames', async ({ lab }) => {
  const sw = lab.switch('sw');
  const client = lab.namespace('client');
  const web = await lab.container('web', 'busybox', { command: ['httpd', '-f', '-p', '80'] });
  lab.cable(client, sw);
  const { a: eth0, b: port } = lab.cable(web, sw);

  await expect(client).toReach(web, { through: port });
  await expect(web).toReach(client, { family: 6 });
  await expect(client).toReach(web, { by: 'tcp', port: 80, listen: false });
  await expect(web).toHear(client, { frame: 'broadcast', copies: 1 });
  // The referee, from inside.
  const { output } = await web.started.exec(['ip', 'address', 'show', 'dev', 'eth0']);
  expect(output).toContain(`link/ether ${eth0.mac}`);
  expect(output).toContain(`inet ${eth0.address.first(4)?.address}/24`);

  port.set({ up: false });
  expect(await failureOf(expect(client).toReach(web))).toContain('sw/p1');
});

test('a container has no network but what the lab gives it, and macvlans as any namespace', async ({
  lab,
  vepaSwitch,
}) => {
  const host = lab.namespace('host');
  const { uplink, port } = vepaSwitch().uplink(host);
  const [c1, c2] = [
    await lab.container('c1', 'busybox', { command: SLEEP }),
    await lab.container('c2', 'busybox', { command: SLEEP }),
  ];
  expect((await c1.exec('ip', ['-o', 'link'])).stdout.split('\n')).toHaveLength(1);
  for (const container of [c1, c2]) container.macvlan({ parent: uplink, mode: 'vepa' });

  await expect(c1).toReach(c2, { through: port });
  port.set({ hairpin: false });
  await expect(c1).not.toReach(c2);
});

test('connect gives a container its links before its wait strategy is asked', async ({ lab }) => {
  const client = lab.namespace('client');
  const script =
    'until ip -4 address show dev eth0 2>/dev/null | grep -q inet; do sleep 0.01; done; echo have a network';
  const description = new GenericContainer('busybox')
    .withCommand(['sh', '-c', `${script}; exec sleep 1000`])
    .withWaitStrategy(Wait.forLogMessage('have a network'))
    .withStartupTimeout(20_000);

  const web = await lab.container('web', description, { connect: (container) => lab.cable(client, container) });

  await expect(client).toReach(web);
});

test('ports that a module of testcontainers publishes are left out: nobody outside of the lab asks', async ({
  lab,
}) => {
  const web = await lab.container('web', new GenericContainer('busybox').withCommand(SLEEP).withExposedPorts(80));
  expect((await web.exec('ip', ['-o', 'link'])).stdout.split('\n')).toHaveLength(1);
  expect(() => web.started.getMappedPort(80)).toThrow();
});

test('a Dockerfile is built, with its arguments', async ({ lab, onTestFinished }) => {
  const context = await mkdtemp(join(tmpdir(), 'hairpin-dockerfile-'));
  onTestFinished(() => rm(context, { recursive: true, force: true }));
  await copyFile('/bin/busybox', join(context, 'busybox'));
  await writeFile(
    join(context, 'web.dockerfile'),
    'FROM scratch\nARG WHO\nENV WHO=$WHO\nCOPY busybox /\nCMD ["/busybox", "sleep", "1000"]\n',
  );

  const web = await lab.container('web', { context, dockerfile: 'web.dockerfile', buildArgs: { WHO: 'a spec' } });

  expect((await web.started.exec(['/busybox', 'env'])).output).toContain('WHO=a spec');
});

test('a container that has ended is an error with its logs', async ({ lab, docker }) => {
  const description = new GenericContainer('busybox')
    .withCommand(['sh', '-c', 'echo no such luck'])
    .withWaitStrategy(Wait.forOneShotStartup());
  await expect(lab.container('web', description)).rejects.toThrow(
    /^lab.container\('web'\): the container has ended, with exit code 0:\n.*no such luck/s,
  );
  expect((await docker.cli(['ps', '--all', '--quiet'])).stdout).toBe('');
});

test('a container that is not ready in time is removed', async ({ lab, docker }) => {
  const description = new GenericContainer('busybox')
    .withCommand(SLEEP)
    .withWaitStrategy(Wait.forLogMessage('never said').withStartupTimeout(100));
  await expect(lab.container('web', description)).rejects.toThrow('Log message "never said" not received after 100ms');
  expect((await docker.cli(['ps', '--all', '--quiet'])).stdout).toBe('');
});

test('an image that the engine has not, and cannot get, is told at once', async ({ lab }) => {
  await expect(lab.container('web', 'nginx:alpine')).rejects.toThrow(
    "lab.container('web'): the lab's own engine has no image 'nginx:alpine', and no way out to a registry: load it from a " +
      "file, docker.cli(['load', '--input', 'images.tar']), build it, or set DOCKER_HOST to an engine that has it",
  );
});
