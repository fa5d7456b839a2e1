import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

// a ── eth0 r eth1 ── b
test('force_forwarding of the device counts where forwarding is off for all', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const { failed } = await r.exec('test', ['-e', '/proc/sys/net/ipv6/conf/eth0/force_forwarding'], { reject: false });
  if (failed) skip('force_forwarding came with Linux 6.17');
  r.sysctl.set('net.ipv6.conf.all.forwarding', 0);
  for (const device of ['eth0', 'eth1']) r.sysctl.set(`net.ipv6.conf.${device}.force_forwarding`, 1);
  await expect(a).toReach(b, { family: 6 });
  await r.exec('ip', ['-6', 'route', 'add', 'blackhole', b.interface().address.first(6)?.address ?? '']);
  expect(await diagnosed(expect(a).toReach(b, { family: 6, within: 50 }))).toMatchObject({ code: 'route.blackhole' });
});
