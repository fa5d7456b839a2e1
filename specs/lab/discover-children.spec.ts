import { expect, type LinkKindName, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink } from './referee.ts';

const kinds: [kind: LinkKindName, words: string[], settings: object][] = [
  ['macvtap', ['mode', 'private'], { mode: 'private' }],
  ['ipvlan', ['mode', 'l2', 'vepa'], { mode: 'l2', flag: 'vepa' }],
  ['ipvtap', ['mode', 'l2', 'private'], { mode: 'l2', flag: 'private' }],
  ['vlan', ['protocol', '802.1ad', 'id', '7'], { protocol: '802.1ad', id: 7 }],
];

for (const [kind, words, settings] of kinds) {
  describeNeeding([kind], () => {
    // ns1 ─ c0 (by ip) ── up0 (host) ── eth0 far; an ipvtap is in host, too: of another namespace the kernel does not
    // say where its parent is (ipvtap_link_ops has no get_link_net)
    test(`a device of type ${kind} that a program made has its parent and its settings`, async ({ lab }) => {
      const [host, far] = [lab.namespace('host'), lab.namespace('far')];
      const ns1 = kind === 'ipvtap' ? host : lab.namespace('ns1');
      const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
      await host.exec('ip', ['link', 'add', 'c0', 'link', 'up0', 'netns', ns1.path, 'type', kind, ...words]);
      await ns1.exec('ip', ['link', 'set', 'c0', 'up']);
      const c0 = ns1.interface('c0');
      const { ifindex: index, address: mac } = await ipLink(ns1, 'c0');
      expect(c0).toMatchObject({ kind, parent: up0, index, mac, ...settings });
      expect(up0.children).toContain(c0);
    });
  });
}

describeNeeding(['vlan'], () => {
  // a eth0.5 (by ip) ─ eth0 ── eth0 ─ eth0.5 b
  test('a VLAN that a program made is of the segment of the others with its tag', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: left, b: right } = lab.cable(a, b);
    const far = b.vlan({ parent: right, id: 5, address: '10.5.0.2/24' });
    await a.exec('ip', ['link', 'add', 'v5', 'link', left.name, 'up', 'type', 'vlan', 'id', '5']);
    await a.exec('ip', ['address', 'add', '10.5.0.1/24', 'dev', 'v5']);
    const v5 = a.interface('v5');
    expect(v5.segment).toBe(far.segment);
    await expect(a).toReach(far, { through: [v5, left, right] });
  });
});
