import { expect, test } from 'hairpin';

// a eth0.1 ── eth0 b
test('a sysctl is read and written in its own namespace only', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { name: 'eth0.1' } });
  a.sysctl.set('net.ipv4.ip_default_ttl', 33);
  a.sysctl.set('net/ipv4/conf/eth0.1/arp_ignore', '2');
  const read = async (namespace: typeof a, path: string) => (await namespace.exec('cat', [path])).stdout;
  expect(await read(a, '/proc/sys/net/ipv4/ip_default_ttl')).toBe('33');
  expect(await read(a, '/proc/sys/net/ipv4/conf/eth0.1/arp_ignore')).toBe('2');
  expect(a.sysctl.get('net.ipv4.ip_default_ttl')).toBe('33');
  expect(b.sysctl.get('net.ipv4.ip_default_ttl')).toBe('64');
  expect(await read(b, '/proc/sys/net/ipv4/ip_default_ttl')).toBe('64');
});

// host, router, switch
test('a host does not forward, a router does, and a switch has no IPv6', async ({ lab }) => {
  const [host, router, sw] = [lab.namespace('host'), lab.router('router'), lab.switch('sw')];
  const forwarding = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'];
  expect(forwarding.map((name) => host.sysctl.get(name))).toEqual(['0', '0']);
  expect(forwarding.map((name) => router.sysctl.get(name))).toEqual(['1', '1']);
  expect(sw.sysctl.get('net.ipv6.conf.default.disable_ipv6')).toBe('1');
});

// a, with 1000 ports that nobody is given
test('a long value is read as a whole', async ({ lab }) => {
  const a = lab.namespace('a');
  const ports = Array.from({ length: 1000 }, (_, at) => 2 * at + 1).join();
  a.sysctl.set('net.ipv4.ip_local_reserved_ports', ports);
  expect((await a.exec('cat', ['/proc/sys/net/ipv4/ip_local_reserved_ports'])).stdout).toBe(ports);
  expect(a.sysctl.get('net.ipv4.ip_local_reserved_ports')).toBe(ports);
});
