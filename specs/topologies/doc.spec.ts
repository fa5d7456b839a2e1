import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLab, describe, expect, test } from 'hairpin';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';

// The samples of docs/topologies.md are specs of their own, which this file collects.
const text = await readFile(join(ROOT, 'docs/topologies.md'), 'utf8');
const [office = ''] = text.match(/(?<=^```yaml office\.yaml\n).*?(?=^```$)/ms) ?? [];
const [pair = ''] = samplesOf(text, 'containerlab', 'yaml');
const [spec = '', ...others] = samplesOf(text, 'spec');
const [recorded = ''] = samplesOf(text, 'recorded');
if (!office.includes('namespaces:') || !pair || !spec.includes('lab.load(') || !recorded || others.length > 0)
  throw new Error(
    'docs/topologies.md was to have a file, a spec that loads it, a containerlab file, and a recorded spec',
  );

describe('docs/topologies.md', async () => {
  await collectSample(spec.replace("new URL('office.yaml', import.meta.url)", JSON.stringify({ text: office })));
  await collectSample(recorded);

  test('the containerlab file is one', async ({ lab }) => {
    const loaded = await lab.load({ text: pair });
    await expect(loaded.namespace('a')).toReach(loaded.namespace('b'));
    expect(loaded.leftOut).toHaveLength(2);
  });

  test('the errors are those that it shows', async () => {
    const hosts = 'namespaces:\n  host:\n  lan:\n';
    const cable = `${hosts}links:\n  - { a: host/up0, b: lan }\n`;
    const texts = [
      `${hosts}    rotes: []\n`,
      `${cable}  - { kind: macvlan, name: host/m1, parent: up1 }\n`,
      `${cable}  - { kind: macvlan, name: host/m1, parent: up0, mode: brdige }\n`,
    ];
    const said: string[] = [];
    for (const each of texts) {
      await using lab = createLab();
      await lab.load({ text: each, name: 'office.yaml' }).catch((error: Error) => said.push(error.message));
    }
    const [shown = ''] = text.match(/(?<=<!-- errors -->\n```\n).*?(?=^```$)/ms) ?? [];
    expect(`${said.join('\n')}\n`).toBe(shown);
  });
});
