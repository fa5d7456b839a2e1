import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── r ── b: r answers for the first address of each of its subnets (RFC 4291 section 2.6.1)
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: 'fd05::1/64' }, b: { address: 'fd05::2/64' } });
  lab.cable(r, b, { a: { address: 'fd06::1/64' }, b: { address: 'fd06::2/64' } });
  return { a, r };
}

test.for([
  ['net.ipv6.icmp.echo_ignore_anycast', 'fd05::'],
  ['net.ipv6.icmp.echo_ignore_anycast', 'fd06::'],
  ['net.ipv6.icmp.echo_ignore_all', 'fd06::'],
] as const)('a router that is silent by %s at %s', async ([sysctl, address], { lab }) => {
  const { a, r } = build(lab);
  await expect(a).toReach(address);
  r.sysctl.set(sysctl, 1);
  expect(await diagnosed(expect(a).toReach(address, SHORT))).toEqual({
    code: 'host.echo-ignored',
    facts: { namespace: 'r', sysctl },
    of: 'probe',
    lastSeen: 'r/eth0',
  });
});

test('a router that forwards no more', async ({ lab }) => {
  const { a, r } = build(lab);
  r.sysctl.set('net.ipv6.conf.all.forwarding', 0);
  expect(await diagnosed(expect(a).toReach('fd06::', SHORT))).toEqual({
    code: 'router.forwarding-off',
    facts: { namespace: 'r', family: 6, sysctl: 'net.ipv6.conf.all.forwarding' },
    of: 'probe',
    lastSeen: 'r/eth0',
  });
});
