import { expect, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';

const ASKED = { 4: '10.0.0.2', 6: 'fd00::2' } as const;
const OTHER = { 4: '10.0.0.50', 6: 'fd00::50' } as const;

// a ── b, which sends what is for one of its addresses to another one
test.for([
  { by: 'tcp', family: 4 },
  { by: 'udp', family: 4 },
  { by: 'tcp', family: 6 },
  { by: 'udp', family: 6 },
] as const)('hairpin listens where a translation leads to: $by over IPv$family', async ({ by, family }, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  eth0.address.add(`${OTHER[family]}/${family === 4 ? 24 : 64}`);
  const ip = family === 4 ? 'ip' : 'ip6';
  const chain = `${ip} nat pre { type nat hook prerouting priority -100; }`;
  await addRules(b, chain, [`${ip} daddr ${ASKED[family]} dnat to ${OTHER[family]}`]);
  await expect(a).toReach(b, { by, family });
  await expect(a).toReach(ASKED[family], { by, family });
  await expect(a).toReach(OTHER[family], { by, family });
});

// a ── b, which has two addresses, and in which a program has run
test.for(['tcp', 'udp'] as const)('an answer comes from the address that was asked: %s', async (by, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  eth0.address.add(`${OTHER[4]}/24`);
  await b.exec('true');
  await expect(a).toReach(OTHER[4], { by });
  await expect(a).toReach(ASKED[4], { by });
});
