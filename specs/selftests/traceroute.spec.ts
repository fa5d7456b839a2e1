import { describe, expect, type Trace, test } from 'hairpin';

describe('a router sends time exceeded from the address where the packet came in', () => {
  // host1 ── eth0 ┐
  //               ├─ br0 (router1) eth2 ── eth1 (router2) eth2 ── host2
  // router2's eth0 ── eth1 ┘
  test('IPV6 traceroute', async ({ lab }) => {
    const [host1, host2] = [lab.namespace('host1'), lab.namespace('host2')];
    const [router1, router2] = [lab.router('router1'), lab.router('router2')];
    const br0 = router1.bridge({ name: 'br0', address: '2000:101::1/64' });
    const ports = [
      lab.cable(host1, router1, { a: { address: '2000:101::3/64' }, b: { address: false } }).b,
      lab.cable(router2, router1, { a: { address: '2000:101::2/64' }, b: { address: false } }).b,
    ];
    for (const port of ports) port.set({ master: br0 });
    lab.cable(router1, router2, { a: { address: '2000:102::1/64' }, b: { address: '2000:102::2/64' } });
    lab.cable(host2, router2, { a: { address: '2000:103::4/64' }, b: { address: '2000:103::2/64' } });
    host1.route.add({ to: '2000:103::/64', via: '2000:101::1' });
    router1.route.add({ to: '2000:103::/64', via: '2000:102::2' });

    await expect(host1).toReach(host2, { through: [router1, router2] });
    const ping = () => host1.exec('ping', ['-c1', '-t2', '2000:103::4'], { reject: false });
    expect(packets(await lab.trace(ping, { protocol: 'icmpv6' }))).toContain(
      'ICMPv6 time exceeded from 2000:102::2 (about 2000:101::3 > 2000:103::4)',
    );
  });

  // host1 ── 1.0.3.1, 1.0.1.1 (router) ── host2
  test('IPV4 traceroute', async ({ lab }) => {
    const [host1, router, host2] = [lab.namespace('host1'), lab.router('router'), lab.namespace('host2')];
    lab.cable(host1, router, { a: { address: '1.0.1.3/24' }, b: { address: ['1.0.3.1/24', '1.0.1.1/24'] } });
    lab.cable(host2, router, { a: { address: '1.0.2.4/24' }, b: { address: '1.0.2.1/24' } });
    host1.route.add({ to: '1.0.2.0/24', via: '1.0.1.1' });
    // What the router would say of itself there.
    router.route.add({ to: '1.0.1.3/32', dev: 'eth0', src: '1.0.3.1' });
    await expect(host1).toReach(host2);
    for (const [value, address] of [
      [0, '1.0.3.1'],
      [1, '1.0.1.1'],
    ] as const) {
      router.sysctl.set('net.ipv4.icmp_errors_use_inbound_ifaddr', value);
      const ping = () => host1.exec('ping', ['-c1', '-t1', '1.0.2.4'], { reject: false });
      expect(packets(await lab.trace(ping, { protocol: 'icmp' }))).toContain(
        `ICMP time exceeded from ${address} (about 1.0.1.3 > 1.0.2.4)`,
      );
    }
  });
});

function packets(trace: Trace): string[] {
  return trace.paths.map(({ description }) => description);
}
