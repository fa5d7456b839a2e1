import { expect, test } from 'hairpin';

// h1 ── p0 (sw, which snoops)
test.for([
  ['MDB add/del group 01:00:01:c0:ff:ee to bridge port br0', '01:00:01:c0:ff:ee', 'permanent'],
  ['MDB add/del group 225.1.2.3 to bridge port br0', '225.1.2.3', 'temp'],
  ['MDB add/del group ff02::42 to bridge port br0', 'ff02::42', 'temp'],
] as const)('%s', async ([, group, state], { lab }) => {
  const sw = lab.switch('sw', { mcastSnooping: true });
  lab.cable(lab.namespace('h1'), sw);

  sw.mdb.add({ group, port: sw.br0 });
  await expect(sw).toHaveMdbEntry({ group, port: sw.br0, state });
  sw.mdb.delete({ group, port: sw.br0 });
  await expect(sw).not.toHaveMdbEntry({ group });
});
