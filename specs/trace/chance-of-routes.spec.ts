import { expect, test } from 'hairpin';
import { probesOfRoutes } from '../../lib/trace/chance-of-routes.ts';

/** So many packets, of which each goes to the next hop with one in 61, miss it in 2 of 100 cases: ln 0.02 / ln (60 / 61). */
const ENOUGH = 237;

// a ── r, with two next hops behind eth1, of which one gets 60 packets of 61
test.for(['a route', 'a group'])('a next hop that gets few packets needs many probes, of %s', (made, { lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  expect(probesOfRoutes(r)).toBe(0);
  const [few, many] = ['10.0.0.11', '10.0.0.12'];
  if (made === 'a route') {
    r.route.add({ to: '10.0.2.2', nextHops: [{ via: few }, { via: many, weight: 60 }] });
  } else {
    for (const [at, via] of [few, many].entries()) r.nexthop.add({ id: at + 1, via, dev: 'eth0' });
    r.nexthop.add({ id: 9, group: [{ id: 1 }, { id: 2, weight: 60 }] });
    r.route.add({ to: '10.0.2.2', nhid: 9 });
  }
  expect(probesOfRoutes(r)).toBe(ENOUGH);
});

// r, whose vxlan gives one remote end 60 frames of 61
test('a remote end that gets few frames of a vxlan needs many probes', ({ lab }) => {
  const r = lab.router('r');
  for (const [at, via] of ['10.0.0.11', '10.0.0.12'].entries()) r.nexthop.add({ id: at + 1, via, fdb: true });
  expect(probesOfRoutes(r)).toBe(0);
  r.nexthop.add({ id: 9, group: [{ id: 1 }, { id: 2, weight: 60 }], fdb: true });
  expect(probesOfRoutes(r)).toBe(ENOUGH);
});

// a ── r, with a resilient group of two next hops behind eth0: their weights are equal now, but buckets in use stay where they are
test('a next hop that has few buckets needs many probes, whatever its weight is', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  r.sysctl.set('net.ipv4.fib_multipath_hash_policy', 1);
  for (const [at, via] of ['10.0.0.11', '10.0.0.12'].entries()) r.nexthop.add({ id: at + 1, via, dev: 'eth0' });
  const group = { id: 9, type: 'resilient', buckets: 64, idleTimer: 1000 } as const;
  r.nexthop.add({ ...group, group: [{ id: 1 }, { id: 2, weight: 63 }] });
  r.route.add({ to: '10.0.2.2', nhid: 9 });
  // So many datagrams, to different ports, use each of the buckets.
  const send = `const s = require('dgram').createSocket('udp4');
    for (let port = 1; port <= 3000; port++) s.send('', port, '10.0.2.2', () => port === 3000 && s.close());`;
  await r.exec(process.execPath, ['-e', send]);
  r.nexthop.replace({ ...group, group: [{ id: 1 }, { id: 2 }] });
  const buckets = await r.exec('ip', ['nexthop', 'bucket', 'show', 'nhid', '1']);
  expect(buckets.stdout.trim().split('\n')).toHaveLength(1);
  // ln 0.02 / ln (63 / 64)
  expect(probesOfRoutes(r)).toBe(249);
});
