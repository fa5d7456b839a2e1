import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, expect, type Lab, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';
import { tcpdump } from './tcpdump.ts';

// host: vitest, on a project of three tests
//
// ns1 ─ m1 (vepa) ┐
//                 ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 (vepa) ┘
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const TESTS = `import { expect, test } from 'hairpin';
test('fails', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  await expect(ns1).toReach(ns2, { within: 50 });
});
test('throws', ({ macvlanPair }) => {
  macvlanPair();
  throw new Error('something else');
});
test('passes', async ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair();
  await expect(ns1).toReach(gateway);
});`;

async function run(lab: Lab, options: string, onTestFinished: (clean: () => Promise<void>) => void) {
  const root = await mkdtemp(join(ROOT, '.evidence-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     import { hairpin } from '${ROOT}lib/config.ts';
     export default { ...config, plugins: [hairpin(${options})], test: { include: ['*.test.ts'] } };`,
  );
  await writeFile(join(root, 'some.test.ts'), TESTS);
  const json = join(root, 'report.json');
  const { all } = await startVitest(
    lab.namespace('host'),
    ['--reporter=json', '--reporter=default', `--outputFile.json=${json}`],
    { root },
  );
  const results = join(root, 'test-results');
  const folders = await readdir(results).catch(() => []);
  return { root, all: String(all), results, folders, json: JSON.parse(await readFile(json, 'utf8')) };
}

test('a failed test leaves its capture, its script, its state and its drawings', { timeout: 60_000 }, async ({
  lab,
  onTestFinished,
}) => {
  const { all, results, folders } = await run(lab, '', onTestFinished);
  expect(folders).toEqual(['some.test.ts-fails', 'some.test.ts-throws']);
  const failed = join(results, 'some.test.ts-fails');
  expect(await readdir(failed)).toEqual(['lab.pcapng', 'lab.sh', 'state.txt', 'topology.mmd', 'topology.svg']);
  expect(all).toContain(
    'Capture: test-results/some.test.ts-fails/lab.pcapng   Reproduce: test-results/some.test.ts-fails/lab.sh',
  );
  const host = lab.namespace('reader');
  const packets = await tcpdump(host, ['-r', join(failed, 'lab.pcapng'), 'arp']);
  expect(packets).toContain('Request who-has 10.0.0.102 tell 10.0.0.101');
  const { stdout: comments } = await host.exec('tshark', [
    '-r',
    join(failed, 'lab.pcapng'),
    '-T',
    'fields',
    '-e',
    'frame.interface_name',
    '-Y',
    'arp',
  ]);
  expect(new Set(comments.split('\n'))).toEqual(
    new Set(['ns1/m1', 'host/up0', 'sw/p0', 'sw/p1', 'sw/p2', 'gateway/eth0', 'neighbour/eth0']),
  );
  const script = `mount -t tmpfs none /run && sh "${join(failed, 'lab.sh')}"`;
  const { exitCode, stdout } = await host.exec('unshare', ['--mount', 'sh', '-c', script], { reject: false });
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('0 received, 100% packet loss'),
  });
  expect(await readFile(join(failed, 'state.txt'), 'utf8')).toContain('m1@host/up0  UP');
  expect(await readFile(join(failed, 'topology.svg'), 'utf8')).toContain('data-interface="ns1/m1"');
});

test('trace: off leaves nothing, on leaves it of every test', { timeout: 60_000 }, async ({ lab, onTestFinished }) => {
  const off = await run(lab, "{ trace: 'off' }", onTestFinished);
  expect(off.folders).toEqual([]);
  expect(off.all).not.toContain('Capture:');
  await using second = createLab();
  const on = await run(second, "{ trace: 'on' }", onTestFinished);
  expect(on.folders).toEqual(['some.test.ts-fails', 'some.test.ts-passes', 'some.test.ts-throws']);
});
