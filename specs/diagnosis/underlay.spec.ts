import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { needReasons } from '../trace/kernel-line.ts';
import { askedInner, buildUnderlay, INNER } from './underlay-lab.ts';

// a ─ vx ┄┄┄┄┄┄┄ vx ─ b
//   eth0 ── r ── eth0
describeNeeding(['vxlan'], () => {
  test('what keeps the outer packets of a vxlan from leaving is the cause', async ({ lab }) => {
    const { a, left } = buildUnderlay(lab);
    await expect(a).toReach(INNER);
    a.route.delete({ to: 'default', via: '192.0.2.1' });
    expect(await askedInner(a)).toEqual({
      code: 'route.none',
      facts: { namespace: 'a', to: '192.0.2.130' },
      of: 'probe',
      lastSeen: 'a/vx',
    });
    left.set({ up: false });
  });

  test('a remote on the link that nobody has does not answer for its MAC address', async ({ lab }) => {
    const { a } = buildUnderlay(lab, '192.0.2.99');
    expect(await askedInner(a)).toMatchObject({
      code: 'neighbour.unanswered',
      facts: { asked: { by: 'a', address: '192.0.2.99' } },
      lastSeen: 'a/vx',
    });
  });

  test('with the link under it the route has gone', async ({ lab }) => {
    const { a, left } = buildUnderlay(lab, '192.0.2.1');
    left.set({ up: false });
    expect(await askedInner(a)).toMatchObject({ code: 'link.down', facts: { device: 'a/eth0' }, lastSeen: 'a/vx' });
  });

  test('where a router of the underlay drops the outer packet, the reason is that router', async ({ lab }) => {
    const { a, r, right } = buildUnderlay(lab);
    r.sysctl.set('net.ipv4.ip_forward', 0);
    expect(await askedInner(a)).toMatchObject({
      code: 'router.forwarding-off',
      facts: { namespace: 'r' },
      lastSeen: 'a/vx',
    });
    r.sysctl.set('net.ipv4.ip_forward', 1);
    right.set({ up: false });
    expect(await askedInner(a)).toMatchObject({
      code: 'link.no-carrier',
      facts: { device: 'r/eth1' },
      lastSeen: 'a/vx',
    });
  });

  test('an old MAC address of the other end, in a router of the underlay', async ({ lab }) => {
    const { a, r } = buildUnderlay(lab);
    r.neighbour.add({ to: '192.0.2.130', lladdr: '02:00:00:00:99:99', dev: 'eth1' });
    expect(await askedInner(a)).toMatchObject({
      code: 'neighbour.old-mac',
      facts: { device: 'b/eth0', entry: { namespace: 'r', address: '192.0.2.130', isPermanent: true } },
      lastSeen: 'a/vx',
    });
  });

  test('a reverse path filter that refuses the outer packet', async ({ lab }) => {
    const { a, r, b } = buildUnderlay(lab);
    lab.cable(r, b, { a: { address: '192.0.3.1/24' }, b: { address: '192.0.3.2/24' } });
    b.route.replace({ to: 'default', via: '192.0.3.1' });
    await expect(a).toReach(INNER);
    b.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
    expect(await askedInner(a)).toMatchObject({
      code: 'host.rp-filter',
      facts: { device: 'b/eth0', source: '192.0.2.2' },
      lastSeen: 'a/vx',
    });
  });

  test.for(['probe', 'answer'] as const)('an external vxlan without metadata for the %s', async (of, { lab, skip }) => {
    needReasons(skip, 'SKB_DROP_REASON_TUNNEL_TXINFO');
    const { a, b, vx, end } = buildUnderlay(lab);
    const [host, own] = of === 'probe' ? [a, vx] : [b, end];
    const [address] = own.address.list();
    own.delete();
    host.link('vxlan', { name: 'vx', external: true, address: `${address?.address}/24` });
    expect(await askedInner(a)).toEqual({
      ...{ code: 'tunnel.no-metadata', facts: { device: `${host}/vx` } },
      ...{ of, lastSeen: `${host}/vx` },
    });
  });

  test('an entry of the forwarding database that leads to nobody is the cause', async ({ lab }) => {
    const { a, vx } = buildUnderlay(lab);
    const mac = '02:00:00:00:00:99';
    a.neighbour.add({ to: INNER, lladdr: mac, dev: 'vx' });
    vx.fdb.append({ mac, dst: '192.0.2.200' });
    expect(await askedInner(a)).toMatchObject({
      code: 'router.no-holder',
      facts: { namespace: 'r', address: '192.0.2.200' },
    });
  });
});

// Tunnels of IP packets tell their sender what they cannot send (dst_link_failure), so it is not lost in silence.
describeNeeding(['gre', 'ipip', 'ip6gretap'], () => {
  test.for([
    ['gre', '192.0.2.1', '10.0.0.9', 'route.none'],
    ['ipip', '192.0.2.1', '192.0.2.9', 'neighbour.unanswered'],
    ['ip6gretap', '2001:db8::1', 'fd09::9', 'route.none'],
    ['gre', '192.0.2.7', '192.0.2.2', 'address.elsewhere'],
    ['ip6gretap', '2001:db8::7', '2001:db8::2', 'address.elsewhere'],
  ] as const)('what a %s cannot send from %s to %s is lost by %s', async ([kind, local, remote, code], { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, {
      a: { address: ['192.0.2.1/24', '2001:db8::1/64'] },
      b: { address: ['192.0.2.2/24', '2001:db8::2/64', `${INNER}/24`] },
    });
    a.link(kind, { name: 't0', address: '10.7.0.1/24', local, remote });
    expect(await askedInner(a)).toMatchObject({ code, lastSeen: 'a/t0' });
  });
});
