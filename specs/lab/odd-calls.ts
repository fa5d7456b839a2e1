import { type Bridge, createLab } from 'hairpin';
import { ownKinds } from '../../lib/links/registry.ts';
import { buildSmallNet, type SmallNet } from './small-net.ts';

/** What the calls are made on. */
export interface Net extends SmallNet {
  br: Bridge;
}

// br0 ─ a eth0 ── p0 sw   b
export function build(): Net {
  const net = buildSmallNet(createLab());
  return { ...net, br: net.a.bridge({ name: 'br0' }) };
}

/** A public call with options, and options that it takes as they are. */
export type Call = readonly [make: (net: Net, options: never) => unknown, sound: (net: Net) => object];

const single = ownKinds().filter(({ end }) => end !== 'peer');

export const CALLS: Record<string, Call> = {
  ...Object.fromEntries(
    single.map(({ kind, lower }): [string, Call] => [
      `link ${kind}`,
      [({ b }, options) => b.link(kind as 'dummy', options), ({ eth0 }) => (lower === 'none' ? {} : { parent: eth0 })],
    ]),
  ),
  cable: [({ lab, a, b }, options) => lab.cable(a, b, options), () => ({})],
  'cable, one end': [({ lab, a, b }, options) => lab.cable(a, b, { a: options }), () => ({})],
  switch: [({ lab }, options) => lab.switch('other', options), () => ({})],
  'switch.set': [({ sw }, options) => sw.set(options), () => ({})],
  'interface.set': [({ eth0 }, options) => eth0.set(options), () => ({})],
  'bridge.set': [({ br }, options) => br.set(options), () => ({})],
  'port.set': [({ port }, options) => port.set(options), () => ({})],
  impair: [({ eth0 }, options) => eth0.impair(options), () => ({ delay: 1 })],
  'qdisc.add': [({ eth0 }, options) => eth0.qdisc.add(options), () => ({ kind: 'pfifo' })],
  'qdisc.delete': [({ eth0 }, options) => eth0.qdisc.delete(options), () => ({ kind: 'clsact' })],
  'filter.add': [({ eth0 }, options) => eth0.filter.add(options), () => ({ parent: 'ingress', matchall: {} })],
  'filter.delete': [({ eth0 }, options) => eth0.filter.delete(options), () => ({ parent: 'ingress' })],
  'route.add': [({ a }, options) => a.route.add(options), ({ eth0 }) => ({ to: '192.0.2.0/24', dev: eth0 })],
  'route.replace': [({ a }, options) => a.route.replace(options), ({ eth0 }) => ({ to: '192.0.2.0/24', dev: eth0 })],
  'route.delete': [({ a }, options) => a.route.delete(options), () => ({ to: '192.0.2.0/24' })],
  'route.list': [({ a }, options) => a.route.list(options), () => ({})],
  'rule.add': [({ a }, options) => a.rule.add(options), () => ({ table: 7 })],
  'rule.list': [({ a }, options) => a.rule.list(options), () => ({})],
  'neighbour.add': [
    ({ a }, options) => a.neighbour.add(options),
    ({ eth0 }) => ({ to: '10.0.0.9', lladdr: '02:00:00:00:00:09', dev: eth0 }),
  ],
  'nexthop.add': [({ a }, options) => a.nexthop.add(options), ({ eth0 }) => ({ id: 1, dev: eth0 })],
  'nexthop.replace': [({ a }, options) => a.nexthop.replace(options), ({ eth0 }) => ({ id: 1, dev: eth0 })],
  'mroute.add': [
    ({ a }, options) => a.mroute.add(options),
    ({ eth0 }) => ({ group: '239.1.1.1', in: eth0, out: [{ dev: eth0 }] }),
  ],
  'mroute.replace': [
    ({ a }, options) => a.mroute.replace(options),
    ({ eth0 }) => ({ group: 'ff05::1', in: eth0, out: [] }),
  ],
  'mroute.delete': [({ a }, options) => a.mroute.delete(options), () => ({ group: '239.1.1.1' })],
  'fdb.add': [({ sw, port }, options) => sw.fdb.add('02:00:00:00:00:09', port, options), () => ({})],
  'mdb.add': [({ sw }, options) => sw.mdb.add(options), ({ port }) => ({ port, group: '239.1.1.1' })],
  'vlan.add': [({ port }, options) => port.vlan.add(options), () => ({ id: 5 })],
  'vlan.delete': [({ port }, options) => port.vlan.delete(options), () => ({ id: 5 })],
  'address.add': [({ eth0 }, options) => eth0.address.add('10.9.0.1/24', options), () => ({})],
  join: [({ a }, options) => a.join('239.1.1.1', options), () => ({})],
  advertise: [({ a }, options) => a.advertise(options), () => ({ prefix: 'fd01::/64' })],
  draw: [({ lab }, options) => lab.draw(options), () => ({})],
  lab: [(_, options) => createLab(options).close(), () => ({})],
};

/** Calls without options, by their arguments. */
export const ARGUMENTS: Record<string, (net: Net, odd: never, other: never) => unknown> = {
  namespace: ({ lab }, odd) => lab.namespace(odd),
  router: ({ lab }, odd) => lab.router(odd),
  switch: ({ lab }, odd, other) => lab.switch(odd, other),
  cable: ({ lab, a }, odd, other) => lab.cable(a, odd, other),
  uplink: ({ lab }, odd) => lab.uplink(odd),
  partition: ({ lab }, odd, other) => lab.partition(odd, other).heal(),
  interface: ({ a }, odd) => a.interface(odd),
  link: ({ a }, odd, other) => a.link(odd, other),
  'address.add': ({ eth0 }, odd, other) => eth0.address.add(odd, other),
  'address.delete': ({ eth0 }, odd) => eth0.address.delete(odd),
  'address.first': ({ eth0 }, odd) => eth0.address.first(odd),
  'route.get': ({ a }, odd, other) => a.route.get(odd, other),
  'route.get from': ({ a }, odd, other) => a.route.get('10.0.0.2', other, odd),
  'neighbour.delete': ({ a }, odd, other) => a.neighbour.delete(odd, other),
  'neighbour.flush': ({ a }, odd) => a.neighbour.flush(odd),
  'nexthop.delete': ({ a }, odd) => a.nexthop.delete(odd),
  'fdb.add': ({ sw }, odd, other) => sw.fdb.add(odd, other),
  'fdb.delete': ({ sw, port }, odd, other) => sw.fdb.delete(odd, port, other),
  'mdb.delete': ({ sw }, odd) => sw.mdb.delete(odd),
  'sysctl.get': ({ a }, odd) => a.sysctl.get(odd),
  'sysctl.set': ({ a }, odd, other) => a.sysctl.set(odd, other),
  'sysctl.set value': ({ a }, odd) => a.sysctl.set('net.ipv4.ip_default_ttl', odd),
  run: ({ a }, odd) => a.run(odd),
  exec: ({ a }, odd, other) => a.exec(odd, other),
  'exec arguments': ({ a }, odd, other) => a.exec('true', odd, other),
  daemon: ({ a }, odd, other) => a.daemon('true', odd, other),
  monitor: ({ a }, odd) => a.monitor(odd).close(),
  join: ({ a }, odd, other) => a.join(odd, other),
  settled: ({ a }, odd) => a.settled(odd),
  trace: ({ lab }, odd, other) => lab.trace(odd, other),
};
