import { expect, type Lab, test } from 'hairpin';

const EVERYBODY = '00:00:00:00:00:00';

// ns, whose vxlan sends what has no entry to two remote ends
function build(lab: Lab) {
  const vx = lab.namespace('ns').link('vxlan', { id: 2000, dstport: 4789, address: false });
  for (const dst of ['192.0.2.20', '192.0.2.30']) vx.fdb.append({ mac: EVERYBODY, dst });
  return vx;
}

const BOTH = ['192.0.2.20', '192.0.2.30'].map((to) => ({ mac: EVERYBODY, to }));

test('expected two remotes after fdb append', async ({ lab }) => {
  const vx = build(lab);
  expect(vx.fdb.list()).toHaveLength(BOTH.length);
  for (const entry of BOTH) await expect(vx).toHaveFdbEntry(entry);
});

test('expected two remotes after link set', async ({ lab }) => {
  const vx = build(lab);
  vx.set({ remote: '192.0.2.30' });
  expect(vx.fdb.list()).toHaveLength(BOTH.length);
  for (const entry of BOTH) await expect(vx).toHaveFdbEntry(entry);
});
