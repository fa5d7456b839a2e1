import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { ROOT } from '../doc-samples.ts';

// a eth1 ── eth1 (r) eth2 ── eth1 b, as the file on the page has it
test("containerlab's file in docs/coming-from.md is read as it is", async ({ lab }) => {
  const page = await readFile(join(ROOT, 'docs/coming-from.md'), 'utf8');
  const [, text = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  const topology = await lab.load({ text });
  const [a, r, b] = [topology.namespace('a'), topology.namespace('r'), topology.namespace('b')];
  await expect(a).toReach('10.0.2.1', { through: r });
  await expect(b).toReach('10.0.1.1', { through: r });
  await expect(a).toReach(b, { through: r });
});
