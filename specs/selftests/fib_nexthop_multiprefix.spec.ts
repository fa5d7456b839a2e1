import { describe, expect, type Lab, type Namespace, test } from 'hairpin';

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
    await learn(h0, to, mtu);
    expect(h0.route.get(to)).toMatchObject({ mtu });
  });
});

describe('and keep it when they have learnt the others', () => {
  test.for(CASES.map(([name, ...rest]) => [`${name} (2)`, ...rest] as const))('%s', async ([, to, mtu], { lab }) => {
    const h0 = build(lab);
    for (const [, each, limit] of CASES) if (isIp6(each) === isIp6(to)) await learn(h0, each, limit);
    expect(h0.route.get(to)).toMatchObject({ mtu });
  });
});

/** Sends what is too long for the way by a byte, which a router says. A question would forget it again. */
async function learn(h0: Namespace, to: string, mtu: number): Promise<void> {
  const headers = isIp6(to) ? 40 + 8 : 20 + 8;
  await h0.exec('ping', ['-c1', '-s', String(mtu + 1 - headers), to], { reject: false });
}

function isIp6(address: string): boolean {
  return address.includes(':');
}
