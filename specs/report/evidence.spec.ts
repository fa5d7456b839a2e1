import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLab, expect, test } from 'hairpin';
import { needs } from '../needs.ts';
import { runProject } from './evidence-project.ts';
import { tcpdump } from './tcpdump.ts';

needs('sysctl', 'tcpdump', 'tshark');

// host: vitest, on a project of three tests; reader: tshark
//
// ns1 ─ m1 (vepa) ┐
//                 ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 (vepa) ┘
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

test('a failed test leaves its capture, its script, its state and its drawings', async ({ lab, onTestFinished }) => {
  const { all, results, folders } = await runProject(lab, '', TESTS, onTestFinished);
  expect(folders).toEqual(['some.test.ts-fails', 'some.test.ts-throws']);
  const failed = join(results, 'some.test.ts-fails');
  expect(await readdir(failed)).toEqual([
    'failure.json',
    'lab.pcapng',
    'lab.sh',
    'state.txt',
    'topology.mmd',
    'topology.svg',
  ]);
  expect(all).toContain(
    'Capture: test-results/some.test.ts-fails/lab.pcapng   Reproduce: test-results/some.test.ts-fails/lab.sh',
  );
  expect(all).toMatch(/some\.test\.ts > throws\nCapture: test-results\/some\.test\.ts-throws\/lab\.pcapng /);
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
  const state = await readFile(join(failed, 'state.txt'), 'utf8');
  expect(state).toContain('m1@host/up0  UP');
  expect(state).toMatch(/[^\n]\n$/);
  expect(await readFile(join(failed, 'topology.svg'), 'utf8')).toContain('data-interface="ns1/m1"');
});

test('trace: off leaves no files, but what the report draws; on leaves files of every test', async ({
  lab,
  onTestFinished,
}) => {
  const off = await runProject(lab, "{ trace: 'off' }", TESTS, onTestFinished);
  expect(off.folders).toEqual([]);
  expect(off.all).not.toContain('Capture:');
  expect(off.json.testResults[0].assertionResults).toMatchObject([
    { title: 'fails', meta: { hairpin: { attempts: [{ failure: { paths: [{ lost: { at: 'sw/p0' } }] } }] } } },
    { title: 'throws', meta: { hairpin: { attempts: [{ network: { namespaces: expect.any(Array) } }] } } },
    { title: 'passes', meta: { hairpin: { attempts: [{ network: { namespaces: expect.any(Array) } }] } } },
  ]);
  await using second = createLab();
  const on = await runProject(second, "{ trace: 'on' }", TESTS, onTestFinished);
  expect(on.folders).toEqual(['some.test.ts-fails', 'some.test.ts-passes', 'some.test.ts-throws']);
});
