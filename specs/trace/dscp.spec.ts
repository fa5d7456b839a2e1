import { expect, test } from 'hairpin';

// a ── r, which marks what it forwards ── b
test.for([4, 6] as const)(
  'an IPv%i packet is the same one when a router has set its DS field',
  async (family, { lab }) => {
    const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
    lab.cable(a, r);
    const { b: end } = lab.cable(r, b);
    const chain = 'add chain inet t f { type filter hook forward priority 0; }';
    const rule = `add rule inet t f ${family === 4 ? 'ip' : 'ip6'} dscp set cs3`;
    await r.exec('nft', [`add table inet t; ${chain}; ${rule}`]);
    await expect(a).toReach(b, { family, through: [r, end] });
  },
);
