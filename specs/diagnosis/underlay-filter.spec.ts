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
  ] as const)('a rule of %s that takes outer packets at %s is named', async ([name, hook], { lab }) => {
    const hosts = buildUnderlay(lab);
    // Each probe leaves at once, whenever the kernel would ask again.
    hosts.a.neighbour.add({ to: INNER, lladdr: hosts.end.mac, dev: 'vx' });
    await expect(hosts.a).toReach(INNER);
    const chain = `add chain inet t c { type filter hook ${hook} priority 0; }; add rule inet t c udp dport 4789 drop`;
    await hosts[name].exec('nft', [`add table inet t; ${chain}`]);
    expect(await askedInner(hosts.a)).toMatchObject({
      code: 'nft.drop',
      facts: { namespace: name, hook, rule: 'udp dport 4789 drop', of: { is: 'outer packet' } },
      of: 'probe',
      lastSeen: 'a/vx',
    });
    await expect(hosts.a).not.toReach(INNER, { family: 4, droppedBy: 'nft.drop', at: hosts[name] });
  });

  test('a rule that lets outer packets pass is no reason', async ({ lab }) => {
    const { a, b } = buildUnderlay(lab);
    const chain = 'add chain inet t c { type filter hook input priority 0; }; add rule inet t c udp dport 4789 accept';
    await b.exec('nft', [`add table inet t; ${chain}`]);
    await expect(a).toReach(INNER);
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    expect(await askedInner(a)).toMatchObject({ code: 'host.echo-ignored' });
  });

  test('a partition of the lab that keeps the ends apart is named', async ({ lab }) => {
    const { a, b, r, end } = buildUnderlay(lab);
    a.neighbour.add({ to: INNER, lladdr: end.mac, dev: 'vx' });
    await expect(a).toReach(INNER);
    using _ = lab.partition([a, r], [b]);
    expect(await askedInner(a)).toMatchObject({ code: 'fault.partition', facts: { namespace: 'b' } });
  });

  test('where an outer packet is translated, the address that it was for is not blamed', async ({ lab }) => {
    const { a, r } = buildUnderlay(lab, '192.0.2.200');
    const rule = 'ip daddr 192.0.2.200 dnat to 192.0.2.131';
    const chain = 'add chain ip t c { type nat hook prerouting priority -100; }';
    await r.exec('nft', [`add table ip t; ${chain}; add rule ip t c ${rule}`]);
    expect(await askedInner(a)).toMatchObject({ code: 'unknown', lastSeen: 'a/vx' });
  });
});
