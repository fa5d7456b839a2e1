import { expect, type Lab, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { diagnosed } from './diagnosed.ts';

// a ── eth0 (r) eth1 ── b

// The same; r gives b's address to what is for 10.0.9.9. As with the addresses of Kubernetes' services, r has a blackhole for the
// rest of that network.
async function withService(lab: Lab) {
  const all = addRoutedHosts(lab);
  await addRules(all.r, 'ip nat pre { type nat hook prerouting priority -100; }', [
    'ip daddr 10.0.9.9 dnat to 10.0.1.2',
  ]);
  all.r.route.add({ to: '10.0.9.0/24', type: 'blackhole' });
  return all;
}

test('a router asks its routes for the translated destination', async ({ lab }) => {
  const { a, r } = await withService(lab);
  await expect(a).toReach('10.0.9.9');
  r.route.add({ to: '10.0.1.2/32', type: 'prohibit' });
  expect(await diagnosed(expect(a).toReach('10.0.9.9', { within: 50 }))).toEqual({
    code: 'route.prohibit',
    facts: { namespace: 'r', route: 'prohibit 10.0.1.2/32' },
    of: 'probe',
    lastSeen: 'r/eth0',
  });
});

test('and its neighbours', async ({ lab }) => {
  const { a, b } = await withService(lab);
  b.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 8);
  expect(await diagnosed(expect(a).toReach('10.0.9.9', { within: 50 }))).toMatchObject({
    code: 'neighbour.arp-ignore',
    facts: { device: 'b/eth0', address: '10.0.1.2', asked: { by: 'r' } },
    lastSeen: 'r/eth0',
  });
});

test('and its MTU', async ({ lab }) => {
  const { a, r, b } = await withService(lab);
  for (const device of [r.interface('eth1'), b.interface()]) device.set({ mtu: 1000 });
  expect(await diagnosed(expect(a).toReach('10.0.9.9', { size: 1200, within: 50 }))).toMatchObject({
    code: 'link.mtu',
    facts: { device: 'r/eth1', where: { is: 'router' } },
  });
});

// a ── eth0 (r) eth1 ── b, where b knows a by r's address
test('an answer to a masqueraded probe is for the asker again when it is routed', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip nat post { type nat hook postrouting priority 100; }', ['oifname "eth1" masquerade']);
  await expect(a).toReach(b);
  r.sysctl.set('net/ipv4/conf/eth1/forwarding', 0);
  expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toEqual({
    code: 'router.forwarding-off',
    facts: { namespace: 'r', family: 4, sysctl: 'net/ipv4/conf/eth1/forwarding' },
    of: 'answer',
    lastSeen: 'r/eth1',
  });
});
