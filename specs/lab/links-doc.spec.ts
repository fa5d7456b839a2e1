import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';
import { describeNeeding, describeOpeningTaps } from '../needs.ts';
import { ip6erspan } from './ip6erspan.ts';

// The samples of docs/links.md are specs of their own, which this file collects.
const [machine = '', vpn = '', tunnel = '', ...others] = samplesOf(
  await readFile(join(ROOT, 'docs/links.md'), 'utf8'),
  'spec',
);
if (!machine.includes('.macvtap(') || !vpn.includes("'tun'") || !tunnel.includes('defineLink(') || others.length > 0)
  throw new Error(
    'docs/links.md was to have three samples, of a macvtap, of tuns, and of a kind that the spec defines',
  );

describeNeeding(['macvtap'], () => {
  describeOpeningTaps(() => collectSample(machine));
});

describeNeeding(['tun'], () => collectSample(vpn));

describeNeeding([ip6erspan], () => collectSample(tunnel));
