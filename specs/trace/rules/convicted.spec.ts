import { describe, expect, test } from 'hairpin';
import { wholeFailureOf } from '../../matchers/failure-of.ts';
import { needs } from '../../needs.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { needReasons } from '../kernel-line.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── eth0 (r) eth1 ── b

/** On a machine that is busy with others the kernel may have too much to say: the first failure with a word of it. */
async function convictionOf(ask: () => PromiseLike<unknown>): Promise<string> {
  for (let tries = 0; tries < 10; tries++) {
    const failure = await wholeFailureOf(ask());
    if (/^Kernel: +dropped in \w+ \(SKB_DROP_REASON_NETFILTER_DROP\)/m.test(failure)) return failure;
  }
  throw new Error('the kernel was to say that a packet filter dropped the probe');
}

test('where the kernel says that a packet filter dropped it, no sysctl is blamed', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_NETFILTER_DROP');
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  await addRules(r, 'ip t c { type filter hook prerouting priority 0; }', ['icmp type echo-request drop']);
  await addRules(r, 'ip t behind { type filter hook prerouting priority 9; }', ['icmp type echo-request counter']);
  const failure = await convictionOf(() => expect(a).toReach(b, { within: 50 }));
  expect(await counted(r, 'ip t behind')).toEqual([0]);
  expect(failure).toContain('✗ dropped by the packet filter of r, table ip t, chain c (hook prerouting):\n');
  expect(failure).not.toContain('forward');
});

describe('with iptables-legacy', () => {
  needs('iptables-legacy');

  test('no route is blamed, but the rule', async ({ lab, skip }) => {
    needReasons(skip, 'SKB_DROP_REASON_NETFILTER_DROP');
    const { a, r, b } = addRoutedHosts(lab);
    r.route.add({ to: '10.0.1.2', dev: 'eth0' });
    const legacy = (...args: string[]) => r.exec('iptables-legacy', ['-t', 'raw', ...args]);
    const made = await legacy('-A', 'PREROUTING', '-p', 'icmp', '-j', 'DROP').catch(() => undefined);
    if (!made) skip('needs CONFIG_IP_NF_IPTABLES');
    const failure = await convictionOf(() => expect(a).toReach(b, { within: 50 }));
    const [, dropped] = /^ *(\d+) +\d+ DROP /m.exec((await legacy('-nvxL', 'PREROUTING')).stdout) ?? [];
    expect(Number(dropped)).toBeGreaterThan(0);
    expect(failure).toContain(
      '✗ dropped by the packet filter of r, iptables-legacy, table raw, chain PREROUTING: rule 1\n',
    );
  });
});
