import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'hairpin';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';
import { needs } from '../needs.ts';

// The samples of docs/faults.md are specs of their own, which this file collects.
const [daemon = '', faults = '', ...others] = samplesOf(await readFile(join(ROOT, 'docs/faults.md'), 'utf8'), 'spec');
if (!daemon.includes('.daemon(') || !faults.includes('.partition(') || others.length > 0)
  throw new Error('docs/faults.md was to have two samples, of a daemon and of faults');

describe('with a web server', async () => {
  needs('busybox');
  await collectSample(daemon);
});

await collectSample(faults);
