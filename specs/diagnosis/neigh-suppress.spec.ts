import { expect, test } from 'hairpin';
import { describeNeeding, describeNeedingPortOption, VLAN_FILTERING } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

// a ── p0 sw ─┬─ p1 (neigh_suppress) ── b
//             └─ p2 ── c
test('a bridge that has a neighbour behind the wrong port keeps questions from the right one', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, sw);
  lab.cable(b, sw, { b: { neighSuppress: true } });
  lab.cable(c, sw);
  await expect(a).toReach(b);
  const { mac, address } = b.interface();
  const [own] = address.list();
  await sw.exec('ip', ['neigh', 'add', own?.address ?? '', 'lladdr', mac, 'dev', 'br0']);
  // Sticky: any frame of b, such as a report of a group, would take the entry back to p1 (br_fdb_update).
  await sw.exec('bridge', ['fdb', 'replace', mac, 'dev', 'p2', 'master', 'static', 'sticky']);
  expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toMatchObject({
    code: 'bridge.neigh-suppress',
    facts: { port: 'sw/p1', setting: 'neigh_suppress', address: own?.address, because: 'known' },
    lastSeen: 'sw/p0',
  });
  // As the hint has it.
  await sw.exec('ip', ['neigh', 'flush', 'to', own?.address ?? '', 'nud', 'all']);
  expect((await sw.exec('ip', ['neigh', 'show', 'to', own?.address ?? ''])).stdout).toBe('');
});

describeNeeding([VLAN_FILTERING, 'vlan'], async () => {
  await describeNeedingPortOption('neighVlanSuppress', () => {
    // a ── p0 sw ─┬─ p1 (VLAN 10 suppresses) ── b
    //             └─ p2 ── c                          all in VLAN 10
    test('a bridge that has a neighbour behind the wrong port, in a VLAN that suppresses', async ({ lab }) => {
      const sw = lab.switch('sw', { vlanFiltering: true, vlanDefaultPvid: 10 });
      const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
      lab.cable(a, sw);
      const { b: p1 } = lab.cable(b, sw, { b: { neighVlanSuppress: true } });
      const { b: p2 } = lab.cable(c, sw);
      p1.vlan.set({ id: 10, neighSuppress: true });
      await expect(a).toReach(b);
      const { mac, address } = b.interface();
      const to = address.list()[0]?.address ?? '';
      await sw.exec('ip', ['link', 'add', 'link', 'br0', 'name', 'br0.10', 'up', 'type', 'vlan', 'id', '10']);
      await sw.exec('ip', ['neigh', 'add', to, 'lladdr', mac, 'dev', 'br0.10']);
      sw.fdb.delete(mac, p1, { vlan: 10 });
      sw.fdb.add(mac, p2, { vlan: 10, sticky: true });
      const asked = () => expect(a).toReach(b, { within: 50, family: 4 });
      expect(await diagnosed(asked())).toMatchObject({
        code: 'bridge.neigh-suppress',
        facts: { port: 'sw/p1', setting: 'neigh_suppress', vlan: 10, address: to, because: 'known' },
        lastSeen: 'sw/p0',
      });
      expect(await explanationOf(asked())).toContain(
        `the bridge floods nothing about ${to} to sw/p1: neigh_suppress of VLAN 10 is on, and the bridge knows that neighbour
Hint: vlan.set({ id: 10, neighSuppress: false }) on sw/p1, or ip neigh flush to ${to} nud all`,
      );
      await expect(a).not.toReach(b, { droppedBy: 'bridge.neigh-suppress', at: p1 });
    });
  });
});
