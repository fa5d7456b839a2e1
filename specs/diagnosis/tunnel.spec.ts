import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

// vx0 (a) ── r ── (b) vx0: a tunnel from end to end
test('beyond a tunnel', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  for (const [host, local, remote, inner] of [
    [a, '10.0.0.1', '10.0.1.2', '192.168.6.1/24'],
    [b, '10.0.1.2', '10.0.0.1', '192.168.6.2/24'],
  ] as const) {
    const ends = ['local', local, 'remote', remote, 'dstport', '4789'];
    await host.exec('ip', ['link', 'add', 'vx0', 'up', 'type', 'vxlan', 'id', '42', ...ends]);
    await host.exec('ip', ['address', 'add', inner, 'dev', 'vx0']);
  }
  await expect(a).toReach('192.168.6.2');
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await diagnosed(expect(a).toReach('192.168.6.2', { within: 50 }))).toMatchObject({
    code: 'host.echo-ignored',
    lastSeen: 'b/vx0',
  });
});
