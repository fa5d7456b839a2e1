import { expect, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { MODEL_PARTS } from '../../lib/model/network.ts';
import { lookUpRoute } from '../../lib/model/route-lookup.ts';
import { readNetwork } from '../../lib/state/read-network.ts';
import { read } from '../lab/referee.ts';

// r eth0 ── eth0 a
//   eth1 ── eth0 b
test('the model finds a route through tables, rules and nexthops as ip route get does', async ({ lab }) => {
  const r = lab.router('r');
  const [{ a: eth0 }, { a: eth1 }] = [lab.cable(r, lab.namespace('a')), lab.cable(r, lab.namespace('b'))];
  r.rule.add({ priority: 100, table: 100 });
  r.rule.add({ priority: 101, table: 101 });
  r.nexthop.add({ id: 1, via: '10.0.1.2', dev: eth1 });
  r.nexthop.add({ id: 2, blackhole: true });
  r.route.add({ to: '10.9.0.0/16', via: '10.0.0.2', dev: eth0, table: 100 });
  r.route.add({ to: '10.9.9.0/24', type: 'throw', table: 100 });
  r.route.add({ to: '10.9.8.0/24', nhid: 2, table: 100 });
  r.route.add({ to: '10.9.0.0/16', nhid: 1, table: 101 });
  r.route.add({ to: '10.8.0.0/16', type: 'prohibit', table: 101 });
  r.route.add({ to: '10.8.0.0/24', via: '10.0.0.2' });
  r.route.add({ to: '10.7.0.0/16', via: '10.0.0.2', metric: 9 });
  r.route.add({ to: '10.7.0.0/16', via: '10.0.1.2', metric: 8 });
  r.route.add({ to: '10.6.0.0/16', type: 'local', dev: 'lo', table: 'local' });
  r.route.add({ to: '10.5.0.0/16', type: 'unreachable' });
  const [host] = readNetwork([engineOf(r)], MODEL_PARTS).namespaces;
  if (!host) throw new Error('r was to be read');
  const destinations = ['10.9.1.1', '10.9.9.1', '10.9.8.1', '10.8.0.1', '10.7.0.1', '10.6.0.1', '10.5.0.1', '10.4.0.1'];
  const [found, referee] = [new Map<string, string>(), new Map<string, string>()];
  for (const to of destinations) {
    const lookup = lookUpRoute(host, to);
    const hop =
      lookup.kind === 'hop' && `${lookup.via} ${host.links.find(({ index }) => index === lookup.device)?.name}`;
    found.set(to, hop || lookup.kind);
    referee.set(to, await ipRouteGet(to));
  }
  expect(found).toEqual(referee);
  expect(new Set(found.values())).toEqual(new Set(['10.0.0.2 eth0', '10.0.1.2 eth1', 'none', 'local']));

  async function ipRouteGet(to: string): Promise<string> {
    const { failed } = await r.exec('ip', ['route', 'get', to], { reject: false });
    if (failed) return 'none';
    const [route] = await read<{ type?: string; gateway?: string; dev: string }>(r, 'ip', ['-j', 'route', 'get', to]);
    return route?.type === 'local' ? 'local' : `${route?.gateway} ${route?.dev}`;
  }
});
