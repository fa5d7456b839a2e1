import { describe, expect, test } from 'hairpin';

describe('a router without an IPv4 address refuses as 192.0.0.8 (RFC 7600)', () => {
  // ns1 172.16.0.1 ── ns2, which has IPv6 addresses only, and no route to 172.16.1.0/24
  test('icmp', async ({ lab }) => {
    const [ns1, ns2] = [lab.namespace('ns1'), lab.router('ns2')];
    lab.cable(ns1, ns2, {
      a: { address: ['172.16.0.1/32', '2001:db8:1::1/64'] },
      b: { address: '2001:db8:1::2/64' },
    });
    ns1.route.add({ to: '172.16.1.0/24', via: '2001:db8:1::2' });
    ns2.route.add({ to: '172.16.0.0/24', via: '2001:db8:1::1' });

    const trace = await lab.trace(() => expect(ns1).not.toReach('172.16.1.1', { droppedBy: 'route.none', at: ns2 }), {
      protocol: 'icmp',
    });
    expect(trace.paths.map(({ description }) => description)).toContain(
      'ICMP network unreachable from 192.0.0.8 (about 172.16.0.1 > 172.16.1.1)',
    );
  });
});
