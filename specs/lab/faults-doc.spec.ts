import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'hairpin';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';
import { needs } from '../needs.ts';

// The samples of docs/faults.md are specs of their own, which this file collects.
const [daemon = '', ...others] = samplesOf(await readFile(join(ROOT, 'docs/faults.md'), 'utf8'), 'spec');
if (!daemon.includes('.daemon(') || others.length > 0)
  throw new Error('docs/faults.md was to have one sample, of a daemon');

describe('with a web server', async () => {
  needs('busybox');
  await collectSample(daemon);
});
