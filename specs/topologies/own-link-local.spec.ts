import { createLab, expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

// one ── eth0 two
await describeNeeding(['gre', 'sit', 'ipip', 'ip6tnl', 'ip6gre', 'xfrm'], () => {
  test('link-local addresses that tunnels make themselves are not said, and those of somebody are', async ({ lab }) => {
    const ends = 'local: 10.0.0.1, remote: 10.0.0.2';
    const ends6 = "local: 'fd00::1', remote: 'fd00::2', address: false";
    const text = `
namespaces: { one: , two: }
links:
  - { a: { name: one/eth0, address: [10.0.0.1/24, 'fd00::1/64'] }, b: { name: two/eth0, address: [10.0.0.2/24, 'fd00::2/64'] } }
  - { kind: gre, name: one/gre1, ${ends}, address: false }
  - { kind: gre, name: one/gre2, okey: 7, remote: 10.0.0.2, address: false }
  - { kind: sit, name: one/sit1, ${ends}, address: ['fe80::7/64'] }
  - { kind: sit, name: one/sit2, local: 10.0.0.1, address: false }
  - { kind: sit, name: two/sit3, remote: 10.0.0.1, address: false }
  - { kind: ipip, name: one/ipip1, ${ends}, address: false }
  - { kind: ip6tnl, name: one/ip6tnl1, ${ends6} }
  - { kind: ip6gre, name: one/ip6gre1, ${ends6} }
  - { kind: xfrm, name: one/xfrm1, ifId: 7, address: false }
`;
    const loaded = await lab.load({ text });
    await lab.settled();
    const saved = lab.save();
    const { stdout } = await loaded.namespace('one').exec('ip', ['-6', '-d', 'address']);
    expect(saved.replaceAll(/ *#.*/g, '').match(/(fe80|::10\.|::a00)[^\s'",]*/g), `${saved}\n${stdout}`).toEqual([
      'fe80::7/64',
    ]);
    await using other = createLab();
    await other.load({ text: saved });
  });
});
