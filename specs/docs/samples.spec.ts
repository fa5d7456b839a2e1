import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'hairpin';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';

// The samples of these pages are specs of their own, which this file collects. They need no program but `ip` and `ping`.
describe.each(['getting-started', 'concepts', 'matchers', 'lab', 'coming-from'])('docs/%s.md', async (page) => {
  const samples = samplesOf(await readFile(join(ROOT, `docs/${page}.md`), 'utf8'), 'spec');
  if (samples.length === 0) throw new Error(`docs/${page}.md has no samples`);
  for (const sample of samples) await collectSample(sample);
});
