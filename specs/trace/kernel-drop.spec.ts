import { expect, type PortOptions, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { firstKernelLineOf, kernelLineOf, needReasons } from './kernel-line.ts';
import { addRules } from './rules/add-rules.ts';

// a ── eth0 (r) eth1 ── b

type Network = ReturnType<typeof addRoutedHosts>;

const cases: [what: string, fault: (network: Network) => unknown, by: 'icmp' | 'tcp' | 'udp', line: RegExp][] = [
  [
    'forwarding off',
    ({ r }) => r.sysctl.set('net.ipv4.ip_forward', 0),
    'icmp',
    /^dropped in \w+ \(SKB_DROP_REASON_IP_INADDRERRORS\) at r\/eth0$/,
  ],
  [
    'the reverse path filter',
    ({ a, r }) => {
      r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
      // The longer prefix wins. With ARP, which the filter takes as well, the probe would not have come that far.
      r.route.add({ to: '10.0.0.1', dev: 'eth1' });
      a.neighbour.add({ to: '10.0.0.2', lladdr: r.interface('eth0').mac });
    },
    'udp',
    /^dropped in \w+ \(SKB_DROP_REASON_IP_RPFILTER\) at r\/eth0$/,
  ],
  [
    'a TTL that is used up',
    ({ a }) => a.sysctl.set('net.ipv4.ip_default_ttl', 1),
    'udp',
    /^dropped in ip_forward \(SKB_DROP_REASON_IP_INHDR\) at r\/eth0$/,
  ],
  [
    'nobody listening at a UDP port',
    () => {},
    'udp',
    /^dropped in \w*udp\w* \(SKB_DROP_REASON_NO_SOCKET\) at b\/eth0$/,
  ],
  [
    'nobody listening at a TCP port',
    () => {},
    'tcp',
    /^dropped in tcp_v4_rcv \(SKB_DROP_REASON_NO_SOCKET\) at b\/eth0$/,
  ],
  [
    'a packet filter',
    ({ b }) => addRules(b, 'ip t c { type filter hook input priority 0; }', ['ip saddr 10.0.0.1 drop']),
    'icmp',
    /^dropped in \w+ \(SKB_DROP_REASON_NETFILTER_DROP\) at b\/eth0$/,
  ],
  [
    'a packet filter on the way of the answer',
    ({ r }) => addRules(r, 'ip t c { type filter hook forward priority 0; }', ['ip daddr 10.0.0.1 drop']),
    'icmp',
    /^dropped in \w+ \(SKB_DROP_REASON_NETFILTER_DROP\) at r\/eth1$/,
  ],
  [
    'a packet filter of the source',
    ({ a }) => addRules(a, 'ip t c { type filter hook output priority 0; }', ['ip daddr 10.0.1.2 drop']),
    'icmp',
    /^dropped in \w+ \(SKB_DROP_REASON_NETFILTER_DROP\)$/,
  ],
  [
    'a header with a wrong checksum',
    ({ r }) => addRules(r, 'ip t c { type filter hook postrouting priority 0; }', ['@nh,80,16 set 0x1234']),
    'icmp',
    /^dropped in ip_rcv_core \(SKB_DROP_REASON_IP_CSUM\) at b\/eth0$/,
  ],
];

test.for(cases)('%s', async ([, fault, by, line], { lab, skip }) => {
  needReasons(skip, /SKB_\w+/.exec(line.source)?.[0] ?? '');
  const network = addRoutedHosts(lab);
  await expect(network.a).toReach(network.b);
  await fault(network);
  const way = by === 'icmp' ? {} : { by, port: 80, listen: false };
  expect(await firstKernelLineOf(() => expect(network.a).toReach(network.b, { ...way, within: 50 }))).toMatch(line);
});

// a ── p0 (sw) p1 ── b
const ports: [what: string, settings: PortOptions, reason: string][] = [
  ['a port that is disabled', { state: 'disabled' }, 'SKB_DROP_REASON_BRIDGE_INGRESS_STP_STATE'],
];

test.for(ports)('%s', async ([, settings, reason], { lab, skip }) => {
  needReasons(skip, reason);
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw, { b: settings });
  lab.cable(b, sw);
  expect(await firstKernelLineOf(() => expect(a).toReach(b, { within: 50 }))).toMatch(
    new RegExp(`^dropped in \\w+ \\(${reason}\\) at sw/p0$`),
  );
});

// a ── p0 (sw) p1 ── b
test('the stack of a switch, which has no IPv6, drops only its own copy', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_IPV6DISABLED');
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw, { b: { mcastFlood: false } });
  expect(await kernelLineOf(expect(a).toReach(b, { family: 6, within: 50 }))).toBeUndefined();
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 ┘                         └─ p2 ── neighbour
test('a frame for nobody behind a macvlan parent', async ({ macvlanPair, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_OTHERHOST');
  const { ns1, gateway } = macvlanPair({ mode: 'vepa' });
  gateway.neighbour.add({ to: '10.0.0.101', lladdr: '02:00:00:00:99:99' });
  expect(await firstKernelLineOf(() => expect(gateway).toReach(ns1, { within: 50 }))).toMatch(
    /^dropped in \w+ \(SKB_DROP_REASON_OTHERHOST\) at host\/up0$/,
  );
});

// Nothing was dropped: the switch only did not send it.
test('where the kernel dropped nothing it says nothing', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  expect(await kernelLineOf(expect(ns1).toReach(ns2, { within: 50 }))).toBeUndefined();
});
