import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── eth0 (r) eth1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  return { a, r, b };
}

// The others' echoes pass the same rules, and are dropped by another one.
test('what becomes of other packets is not taken for that of a probe', async ({ lab }) => {
  const { a, r, b } = build(lab);
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
