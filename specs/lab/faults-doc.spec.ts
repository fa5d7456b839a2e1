import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'hairpin';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';
import { describeImpairing, needs } from '../needs.ts';

// The samples of docs/faults.md are specs of their own, which this file collects.
const [daemon = '', faults = '', impaired = '', continuity = '', router = '', ...others] = samplesOf(
  await readFile(join(ROOT, 'docs/faults.md'), 'utf8'),
  'spec',
);
if (
  !daemon.includes('.daemon(') ||
  !faults.includes('.partition(') ||
  !impaired.includes('.impair(') ||
  !continuity.includes('.toStayReachable(') ||
  !router.includes('.advertise(') ||
  others.length > 0
)
  throw new Error(
    'docs/faults.md was to have five samples, of a daemon, faults, impaired links, continuity and a router',
  );

describe('with a web server', async () => {
  needs('busybox');
  await collectSample(daemon);
});

await collectSample(faults);

await describeImpairing(() => collectSample(impaired));

await collectSample(continuity);
await collectSample(router);
