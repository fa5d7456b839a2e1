import { describe, expect, type Lab, test } from 'hairpin';

const HOSTS = [
  [1, 1300],
  [2, 1350],
  [3, 1400],
] as const;

// h0 ── r1 ─┬─ h1, mtu 1300
//           ├─ h2, mtu 1350
//           └─ h3, mtu 1400
function build(lab: Lab) {
  const [h0, r1] = [lab.namespace('h0'), lab.router('r1')];
  lab.cable(h0, r1, address(0));
  for (const [id, mtu] of HOSTS) lab.cable(lab.namespace(`h${id}`), r1, { ...address(id), mtu });
  h0.nexthop.add({ id: 4, via: '172.16.100.254', dev: 'eth0' });
  h0.nexthop.add({ id: 6, via: '2001:db8:100::64', dev: 'eth0' });
  for (const [id] of HOSTS) {
    h0.route.add({ to: `172.16.10${id}.0/24`, nhid: 4 });
    h0.route.add({ to: `2001:db8:10${id}::/64`, nhid: 6 });
  }
  return h0;
}

function address(id: number) {
  return {
    a: { address: [`172.16.10${id}.1/24`, `2001:db8:10${id}::1/64`] },
    b: { address: [`172.16.10${id}.254/24`, `2001:db8:10${id}::64/64`] },
  };
}

/** The script's case, the far host, and the longest packet that it takes. */
const CASES = HOSTS.flatMap(([id, mtu]) => [
  [`IPv4: host 0 to host ${id}, mtu ${mtu}`, `172.16.10${id}.1`, mtu] as const,
  [`IPv6: host 0 to host ${id}, mtu ${mtu}`, `2001:db8:10${id}::1`, mtu] as const,
]);

describe('routes that share a nexthop object learn the MTU of each of their ways', () => {
  test.for(CASES)('%s', async ([, to, mtu], { lab }) => {
    const h0 = build(lab);
    await expect(h0).not.toReach(to, { size: payload(to, mtu) + 1, droppedBy: 'link.mtu' });
    expect(h0.route.get(to)).toMatchObject({ mtu });
  });
});

describe('and keep it when they have learnt the others', () => {
  test.for(CASES.map(([name, ...rest]) => [`${name} (2)`, ...rest] as const))('%s', async ([, to, mtu], { lab }) => {
    const h0 = build(lab);
    // A question would forget what the kernel has learnt before.
    for (const [, each, limit] of CASES)
      await h0.exec('ping', ['-c1', '-s', String(payload(each, limit) + 1), each], { reject: false });
    expect(h0.route.get(to)).toMatchObject({ mtu });
  });
});

/** The headers of IP and ICMP. */
function payload(to: string, mtu: number): number {
  return mtu - (to.includes(':') ? 48 : 28);
}
