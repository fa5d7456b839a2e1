import { expect, type Namespace, test } from 'hairpin';
import { wholeFailureOf } from '../matchers/failure-of.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { needReasons } from './kernel-line.ts';

// a ── eth0 (r) eth1 ── b

/** Has traffic control take every IPv4 packet of a device (`TC_ACT_SHOT`). */
async function shoot(namespace: Namespace, device: string, side: 'ingress' | 'egress'): Promise<void> {
  await namespace.exec('tc', ['qdisc', 'add', 'dev', device, 'clsact']);
  const filter = ['bpf', 'da', 'bytecode', '1,6 0 0 2'];
  await namespace.exec('tc', ['filter', 'add', 'dev', device, side, 'protocol', 'ip', ...filter]);
}

// Each of these settings would do it, and did not: the kernel is believed.
test.for([
  ['net.ipv4.icmp_echo_ignore_all', 1],
  ['net.ipv4.conf.all.rp_filter', 1],
] as const)('traffic control, not %s', async ([sysctl, value], { lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_TC_INGRESS');
  const { a, b } = addRoutedHosts(lab);
  await shoot(b, 'eth0', 'ingress');
  b.sysctl.set(sysctl, value);
  if (sysctl.endsWith('rp_filter')) b.route.delete({ to: 'default', via: '10.0.1.1' });
  const failure = await wholeFailureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain(`→ b/eth0 ✗ dropped by traffic control at the ingress of b/eth0
Hint: on b: tc -s filter show dev eth0 ingress`);
  expect(failure).toMatch(/^Kernel: +dropped in \w+ \(SKB_DROP_REASON_TC_INGRESS\) at b\/eth0$/m);
});

test('at the device that it was to leave by', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_TC_EGRESS');
  const { a, r, b } = addRoutedHosts(lab);
  await shoot(r, 'eth1', 'egress');
  const failure = await wholeFailureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain('a/eth0 → r/eth0 ✗ dropped by traffic control at the egress of r/eth1\n');
  expect(failure).toMatch(/^Kernel: +dropped in \w+ \(SKB_DROP_REASON_TC_EGRESS\) at r\/eth1$/m);
});

// a ── p0 (sw) p1 ── b
test('at the port that it was to leave by', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_TC_EGRESS');
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const host of [a, b]) lab.cable(host, sw);
  await shoot(sw, 'p1', 'egress');
  const failure = await wholeFailureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain('a/eth0 → sw/p0 ✗ dropped by traffic control at the egress of sw/p1\n');
});

// a ── eth0 (r) eth1 ── b
test('before it was seen to leave its source', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_TC_EGRESS');
  const { a, b } = addRoutedHosts(lab);
  await shoot(a, 'eth0', 'egress');
  expect(await wholeFailureOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '\nWhy:       dropped by traffic control at the egress of a/eth0\n',
  );
});

test('a TTL that is used up', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_IP_INHDR');
  const { a, b } = addRoutedHosts(lab);
  a.sysctl.set('net.ipv4.ip_default_ttl', 1);
  expect(await wholeFailureOf(expect(a).toReach(b, { by: 'udp', port: 80, within: 50 }))).toContain(
    'a/eth0 → r/eth0 ✗ its TTL was used up in r',
  );
});

test("the reverse path filter is the model's to explain", async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_IP_RPFILTER');
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
  r.route.add({ to: '10.0.0.1', dev: 'eth1' });
  a.neighbour.add({ to: '10.0.0.2', lladdr: r.interface('eth0').mac });
  const failure = await wholeFailureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain(
    '✗ r/eth0 refuses packets from 10.0.0.1: rp_filter is 1, and the way back does not lead by eth0',
  );
  expect(failure).toContain('(SKB_DROP_REASON_IP_RPFILTER) at r/eth0');
});
