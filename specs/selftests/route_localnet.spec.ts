import { describe, expect, type Lab, test } from 'hairpin';

// a 127.25.3.4/24 ── b 127.25.3.14/24
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  for (const host of [a, b]) host.route.delete({ to: '127.0.0.0/8', dev: 'lo', table: 'local', type: 'local' });
  lab.cable(a, b, { a: { address: '127.25.3.4/24' }, b: { address: '127.25.3.14/24' } });
  for (const host of [a, b]) host.sysctl.set('net.ipv4.conf.eth0.route_localnet', 1);
  return [a, b] as const;
}

describe('with route_localnet hosts reach each other by addresses of 127.0.0.0/8', () => {
  test.for([
    ['arp_announce', 2],
    ['arp_ignore', 3],
  ] as const)('%s', async ([sysctl, value], { lab }) => {
    const [a, b] = build(lab);
    for (const host of [a, b]) host.sysctl.set(`net.ipv4.conf.eth0.${sysctl}`, value);
    await expect(a).toReach('127.25.3.14');
    a.sysctl.set('net.ipv4.conf.eth0.route_localnet', 0);
    await expect(a).not.toReach('127.25.3.14', { because: 'unsent' });
  });
});
