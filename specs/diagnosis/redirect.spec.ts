import { expect, type Namespace, test } from 'hairpin';
import { wholeFailureOf } from '../matchers/failure-of.ts';
import { describeRedirecting } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

/** Has a device's filter take every packet of a protocol to another device. */
async function redirect(
  namespace: Namespace,
  from: string,
  side: 'ingress' | 'egress',
  to: string,
  protocol = 'ip',
): Promise<void> {
  await namespace.exec('tc', ['qdisc', 'replace', 'dev', from, 'clsact']);
  const filter = `u32 match u32 0 0 action mirred egress redirect dev ${to}`.split(' ');
  await namespace.exec('tc', ['filter', 'add', 'dev', from, side, 'protocol', protocol, ...filter]);
}

await describeRedirecting(() => {
  // a ── eth0 (b) eth1 ── c
  test('a host whose filter takes what is for it elsewhere', async ({ lab }) => {
    const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
    lab.cable(a, b);
    lab.cable(b, c);
    await redirect(b, 'eth0', 'ingress', 'eth1');
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
      code: 'tc.redirect',
      facts: { device: 'b/eth0', side: 'ingress', to: 'b/eth1' },
      of: 'probe',
      lastSeen: 'b/eth0',
    });
  });

  // a ── r ── b
  //      └─── c
  test('a router whose filter sends by another device', async ({ lab }) => {
    const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
    for (const host of [a, b, c]) lab.cable(r, host);
    await redirect(r, 'eth1', 'egress', 'eth2');
    const failure = await wholeFailureOf(expect(a).toReach(b, SHORT));
    expect(failure).toContain('✗ a filter of traffic control at the egress of r/eth1 sent it out by r/eth2\n');
    expect(failure).toContain('\nHint: on r: tc -s filter show dev eth1 egress');
  });

  // a ── r ── b
  //      └─── c
  test('a router whose filter hands the packet to another device, as if it had come in there', async ({ lab }) => {
    const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
    for (const host of [a, b, c]) lab.cable(r, host);
    await r.exec('tc', 'qdisc add dev eth1 clsact'.split(' '));
    const filter = 'filter add dev eth1 egress protocol ip u32 match u32 0 0 action mirred ingress redirect dev eth2';
    await r.exec('tc', filter.split(' '));
    // It goes round until its TTL is used up, which the kernel tells.
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'tc.redirect',
      facts: { device: 'r/eth1', side: 'egress', to: 'r/eth2', back: true },
      of: 'probe',
    });
  });

  // a ═ b: what is for b's first device comes to its second one, which would have another's MAC address be the reason
  test('a source whose filter sends by another device', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    lab.cable(a, b);
    await redirect(a, 'eth0', 'egress', 'eth1');
    expect(await diagnosed(expect(a).toReach('10.0.0.2', SHORT))).toMatchObject({
      code: 'tc.redirect',
      facts: { device: 'a/eth0', side: 'egress', to: 'a/eth1' },
    });
  });

  // a ─┐
  // b ─┼─ sw
  // c ─┘
  test.for(['probe', 'answer'] as const)('a switch whose filter takes the %s', async (of, { lab }) => {
    const [a, b, c, sw] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.switch('sw')];
    for (const host of [a, b, c]) lab.cable(host, sw);
    const port = of === 'probe' ? 'p0' : 'p1';
    await redirect(sw, port, 'ingress', 'p2');
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
      code: 'tc.redirect',
      facts: { device: `sw/${port}`, side: 'ingress', to: 'sw/p2' },
      of,
      lastSeen: `sw/${port}`,
    });
  });

  // a ── eth0 (m) eth1 ── b: two filters are the wire between a and b
  test('filters that are the way itself are not the reason', async ({ lab }) => {
    const [a, m, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('b')];
    lab.cable(a, m, { a: { address: '10.7.0.1/24' }, b: { address: [] } });
    lab.cable(m, b, { a: { address: [] }, b: { address: '10.7.0.2/24' } });
    await redirect(m, 'eth0', 'ingress', 'eth1', 'all');
    await redirect(m, 'eth1', 'ingress', 'eth0', 'all');
    await expect(a).toReach(b);
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({ code: 'host.echo-ignored' });
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 0);
    a.neighbour.add({ to: '10.7.0.2', lladdr: '02:00:00:00:99:99' });
    expect((await diagnosed(expect(a).toReach(b, SHORT))).code).not.toBe('tc.redirect');
  });
});
