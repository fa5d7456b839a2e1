import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── eth0 (r) eth1 ── b

// The others' echoes pass the same rules, and are dropped by another one.
test('what becomes of other packets is not taken for that of a probe', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', [
    'meta length 1028 counter drop',
    'icmp type echo-request drop',
  ]);
  const floods = Array.from({ length: 3 }, () =>
    a.exec('ping', ['-q', '-i', '0.002', '-s', '1000', '10.0.1.2'], { reject: false }),
  );
  while ((await counted(r, 'ip t c'))[0] === 0);
  for (let round = 0; round < 3; round++)
    expect(await explanationOf(expect(a).toReach(b, { within: 20 }))).toContain(
      '✗ dropped by the packet filter of r, table ip t, chain c (hook forward):\n' +
        '                    icmp type echo-request drop # handle 3',
    );
  for (const flood of floods) flood.kill('SIGINT');
});
