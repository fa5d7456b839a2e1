import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { needs } from '../needs.ts';
import { ISOLATE, OTHERS_FAIL, runProject } from './evidence-project.ts';
import { tcpdump } from './tcpdump.ts';

needs('tcpdump');

// host: vitest, on a project of three tests; reader: tcpdump
//
// a ── p0 (isolated) sw (isolated) p1 ── b
test('a failed toHear, a failed matrix and a failed mode leave what a failed toReach does', async ({
  lab,
  onTestFinished,
}) => {
  const { all, results, folders, json } = await runProject(lab, '', ISOLATE + OTHERS_FAIL, onTestFinished);
  expect(folders).toEqual(['some.test.ts-behaves', 'some.test.ts-hears', 'some.test.ts-matches']);
  for (const folder of folders) {
    const files = `test-results/${folder}`;
    expect(all).toContain(`Capture: ${files}/lab.pcapng   Reproduce: ${files}/lab.sh`);
  }
  expect(all.match(/❯ .*evidence$/gm)).toHaveLength(3);
  const [, heard, matched] = folders.map((folder) => join(results, folder)) as [string, string, string];
  const frames = await tcpdump(lab.namespace('reader'), ['-r', join(heard, 'lab.pcapng'), 'arp']);
  expect(frames).toContain('Request who-has 10.0.0.2 tell 10.0.0.1');
  expect(await readFile(join(heard, 'lab.sh'), 'utf8')).toContain('add table netdev ask;');
  expect(await readFile(join(matched, 'lab.sh'), 'utf8')).toContain('ip netns exec a ping -4');
  const metas = json.testResults.flatMap(({ assertionResults }: { assertionResults: { meta: unknown }[] }) =>
    assertionResults.map(({ meta }) => meta),
  );
  const lost = { at: 'sw/p0', text: expect.stringContaining('are isolated') };
  expect(metas).toMatchObject([
    {
      hairpin: {
        attempts: [{ failure: { paths: [{ of: 'the frame', packet: expect.stringMatching(/^ARP who-has/), lost }] } }],
      },
    },
    {
      hairpin: {
        attempts: [{ failure: { paths: [{ of: 'the last probe of a → b', lost }] } }],
      },
    },
    {
      hairpin: {
        attempts: [{ failure: { question: "expect(pair).toBehaveAs('bridge')", paths: [{ lost: { at: 'sw/p0' } }] } }],
      },
    },
  ]);
});
