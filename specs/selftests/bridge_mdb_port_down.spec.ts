import { expect, test } from 'hairpin';
import { vi } from 'vitest';

const GROUP = '239.10.10.10';

// h1 ── p0 (sw, which asks for members) p1 ── h2; p1 sends no groups that nobody has joined
test('MDB add/del entry to port with state down', async ({ lab }) => {
  const sw = lab.switch('sw', { mcastSnooping: true, mcastQueryResponseInterval: 0 });
  sw.set({ mcastQuerier: true });
  const [h1, h2] = [lab.namespace('h1'), lab.namespace('h2')];
  lab.cable(h1, sw);
  const { b: p1 } = lab.cable(h2, sw, { b: { mcastFlood: false } });
  const frame = { ip: { destination: GROUP }, udp: {} };

  p1.set({ up: false });
  sw.mdb.add({ group: GROUP, port: p1 });
  p1.set({ up: true });
  // Entries count a tick after the bridge began to ask for members (delay_time), which the kernel does not tell.
  await vi.waitFor(() => expect(h2).toSee(h1, { frame }), 20_000);

  p1.set({ up: false });
  await expect(sw).toHaveMdbEntry({ group: GROUP, port: p1, state: 'permanent' });
  sw.mdb.delete({ group: GROUP, port: p1 });
  p1.set({ up: true });
  await expect(h2).not.toSee(h1, { frame });
});
