import { expect, test } from 'hairpin';

const MAC = 'de:ad:be:ef:13:37';

// h1 ── p0 (sw) p1 ── h2
test('Sticky fdb entry', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [h1, h2] = [lab.namespace('h1'), lab.namespace('h2')];
  const { b: p0 } = lab.cable(h1, sw);
  const { b: p1 } = lab.cable(h2, sw);
  sw.fdb.add(MAC, p0, { sticky: true });

  await expect(h1).toSee(h2, { frame: { source: MAC, destination: 'ff:ff:ff:ff:ff:ff' } });
  await expect(p0).toHaveFdbEntry({ mac: MAC, sticky: true });
  await expect(p1).not.toHaveFdbEntry({ mac: MAC });
});
