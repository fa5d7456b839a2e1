import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { askedInner, buildUnderlay, INNER } from './underlay-lab.ts';

// a ─ vx ┄┄┄┄┄┄┄ vx ─ b
//   eth0 ── r ── eth0
describeNeeding(['vxlan'], () => {
  test.for([
    ['a', 'output'],
    ['r', 'forward'],
    ['b', 'input'],
  ] as const)(
    'a filter of %s that takes outer packets at %s is given no other reason',
    async ([name, hook], { lab }) => {
      const hosts = buildUnderlay(lab);
      await expect(hosts.a).toReach(INNER);
      const chain = `add chain inet t c { type filter hook ${hook} priority 0; }; add rule inet t c udp dport 4789 drop`;
      await hosts[name].exec('nft', [`add table inet t; ${chain}`]);
      expect(await askedInner(hosts.a)).toMatchObject({ code: 'unknown', lastSeen: 'a/vx' });
    },
  );

  test('where an outer packet is translated, the address that it was for is not blamed', async ({ lab }) => {
    const { a, r } = buildUnderlay(lab, '192.0.2.200');
    const rule = 'ip daddr 192.0.2.200 dnat to 192.0.2.131';
    const chain = 'add chain ip t c { type nat hook prerouting priority -100; }';
    await r.exec('nft', [`add table ip t; ${chain}; add rule ip t c ${rule}`]);
    expect(await askedInner(a)).toMatchObject({ code: 'unknown', lastSeen: 'a/vx' });
  });
});
