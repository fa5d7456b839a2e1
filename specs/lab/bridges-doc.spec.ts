import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';

// The sample of docs/bridges.md is a spec of its own, which this file collects.
const [sample, ...others] = samplesOf(await readFile(join(ROOT, 'docs/bridges.md'), 'utf8'), 'spec');
if (!sample || others.length > 0) throw new Error('docs/bridges.md was to have one sample');
await collectSample(sample);
