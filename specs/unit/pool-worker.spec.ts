import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, expect, test, vi } from 'vitest';
import type { PoolOptions } from 'vitest/node';
import { namespacedForks } from '../../lib/pool.ts';

let folder: string;

beforeEach(({ onTestFinished }) => {
  folder = mkdtempSync(join(tmpdir(), 'hairpin-pool-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
});

/** A worker of the pool that is started by another `unshare`. */
function workerBy(unshare: string) {
  writeFileSync(join(folder, 'unshare'), unshare);
  chmodSync(join(folder, 'unshare'), 0o755);
  const logger = { outputStream: new PassThrough(), errorStream: new PassThrough() };
  const project = { vitest: { logger }, config: { inspector: { enabled: false } } };
  const options = { distPath: folder, env: process.env, execArgv: [], project };
  const worker = namespacedForks().createPoolWorker(options as unknown as PoolOptions);
  const told: unknown[][] = [];
  const first = new Promise<unknown[]>((resolve) => {
    for (const event of ['error', 'exit', 'message'] as const) {
      const tell = (...args: unknown[]) => {
        told.push([event, ...args]);
        resolve([event, ...args]);
      };
      worker.on(event, tell);
    }
  });
  return { worker, told, first };
}

test('a worker that cannot be started says so, and can be stopped', async () => {
  const { worker, told } = workerBy('#!/nonexistent/interpreter\n');
  await expect(worker.start()).rejects.toThrow(/^a worker cannot be started: spawn .*unshare ENOENT$/);
  expect(() => worker.send({} as never)).toThrow('the worker has been stopped, or was never started');
  await worker.stop();
  expect(told).toEqual([]);
});

test('a worker that has ended is told of by its end, not by what could not be written to it', async () => {
  const { worker, told, first } = workerBy('#!/bin/sh\nexit 3\n');
  await worker.start();
  // More than a socket has room for: some of it is still to be written when the other end is gone.
  for (let count = 0; count < 100; count++) worker.send({ text: 'x'.repeat(10_000) } as never);
  expect(await first).toEqual(['exit', 3, null]);
  await worker.stop();
  expect(told).toEqual([['exit', 3, null]]);
});

test('a worker that gets no namespaces says why, and what to do about it', async () => {
  const { worker, first } = workerBy(
    '#!/bin/sh\necho "unshare: unshare failed: No space left on device" >&2\nexit 1\n',
  );
  await worker.start();
  const [event, error] = await first;
  expect(event).toBe('error');
  expect(String(error)).toMatch(
    /^Error: hairpin's pool cannot give its workers their own namespaces: the limit of namespaces is reached \(user\.max_/,
  );
  await worker.stop();
});

test('a worker that is stopped twice, or was never started, is no reason to wait', async () => {
  const { worker } = workerBy('#!/bin/sh\nexec sleep 1000\n');
  await worker.stop();
  await worker.start();
  await worker.stop();
  await worker.stop();
});
