import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'hairpin';
import { collectSample, ROOT, samplesOf } from '../doc-samples.ts';
import { hasEsp } from '../ipsec.ts';
import { describeNeeding, needs, VLAN_FILTERING } from '../needs.ts';

// The samples of docs/cookbook.md are specs of their own, which this file collects: each with the programs that it runs.
const samples = samplesOf(await readFile(join(ROOT, 'docs/cookbook.md'), 'utf8'), 'spec');

describe.each(samples)('the network of sample %$', async (code) => {
  const kind = (['vxlan', 'bond', 'wireguard'] as const).find((name) => code.includes(`.link('${name}'`));
  if (kind) return describeNeeding([kind], () => collectSample(code));
  if (code.includes('vlanFiltering')) return describeNeeding([VLAN_FILTERING], () => collectSample(code));
  if (code.includes('.xfrm.state.')) {
    describe.skipIf(!(await hasEsp()))('needs CONFIG_INET_ESP', () => collectSample(code));
    return;
  }
  if (code.includes("'busybox'")) needs('busybox');
  if (code.includes("'dnsmasq'")) needs('dnsmasq');
  if (code.includes("'keepalived'")) needs('keepalived');
  if (code.includes('cni(')) needs('/usr/lib/cni/macvlan');
  if (code.includes('frr(')) needs('/usr/lib/frr/zebra');
  await collectSample(code);
});
