import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectSample, ROOT, samplesOf } from '../../doc-samples.ts';

// The samples of docs/states.md are specs of their own, which this file collects.
const samples = samplesOf(await readFile(join(ROOT, 'docs/states.md'), 'utf8'), 'spec');
if (!samples[0]?.includes('.toHaveLink(')) throw new Error('docs/states.md was to have a sample of states');

for (const sample of samples) await collectSample(sample);
