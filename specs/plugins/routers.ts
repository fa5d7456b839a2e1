import type { Cable, Interface, Lab, Namespace } from 'hairpin';
import { type Frr, frr } from 'hairpin/plugins';

/** In a guest without KVM, or on a busy machine, a routing protocol takes many times as long. */
export const LEARNT = { within: 120_000 };

export interface Triangle {
  a: Namespace;
  b: Namespace;
  r1: Namespace;
  r2: Namespace;
  r3: Namespace;
  /** r1 ── r2: the short way. */
  direct: Cable;
}

/**
 * Three routers, each with a cable to both others, and hosts at two of them:
 *
 * a ─ lan ─ r1 ─ to-r2 ── to-r1 ─ r2 ─ lan ─ b     10.1.0.0/24, 10.0.12.0/30, 10.2.0.0/24
 *           └─ to-r3 ─ r3 ─ to-r2 ─┘                10.0.13.0/30, 10.0.23.0/30
 */
export function addTriangle(lab: Lab): Triangle {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [r1, r2, r3] = [lab.router('r1'), lab.router('r2'), lab.router('r3')];
  addLan(lab, a, r1, '10.1.0');
  addLan(lab, b, r2, '10.2.0');
  const direct = addTransit(lab, r1, r2, '10.0.12');
  addTransit(lab, r1, r3, '10.0.13');
  addTransit(lab, r2, r3, '10.0.23');
  return { a, b, r1, r2, r3, direct };
}

/** A host at a router: its default gateway. */
export function addLan(lab: Lab, host: Namespace, router: Namespace, net: string): Cable {
  return lab.cable(host, router, { a: { address: `${net}.2/24` }, b: { name: 'lan', address: `${net}.1/24` } });
}

/** A cable between routers, each end named after the other. */
export function addTransit(lab: Lab, one: Namespace, other: Namespace, net: string): Cable {
  return lab.cable(one, other, {
    a: { name: `to-${other}`, address: `${net}.1/30` },
    b: { name: `to-${one}`, address: `${net}.2/30` },
  });
}

/** OSPF with all other routers: hellos each second, and no wait before it tells anew; only after 40 s they are given up. */
export function ospfConfig(router: Namespace, { bfd = false }: { bfd?: boolean } = {}): string {
  const names = router.interfaces.map(({ name }) => name);
  const transits = names.filter((name) => name.startsWith('to-'));
  return [
    ...(bfd
      ? ['bfd', ' profile fast', '  detect-multiplier 3', '  transmit-interval 200', '  receive-interval 200']
      : []),
    ...transits.flatMap((name) => [
      ...[`interface ${name}`, ' ip ospf area 0', ' ip ospf network point-to-point', ' ip ospf hello-interval 1'],
      ...[' ip ospf dead-interval 40', ...(bfd ? [' ip ospf bfd', ' ip ospf bfd profile fast'] : [])],
    ]),
    ...(names.includes('lan') ? ['interface lan', ' ip ospf area 0', ' ip ospf passive'] : []),
    ...['router ospf', ' timers throttle lsa all 0', ' timers lsa min-arrival 0'],
  ].join('\n');
}

/** Starts OSPF on all of them, in their order. */
export function startOspf(routers: readonly Namespace[], options: { bfd?: boolean } = {}): Promise<Frr<'ospfd'>[]> {
  const daemons = options.bfd ? (['ospfd', 'bfdd'] as const) : (['ospfd'] as const);
  return Promise.all(routers.map((router) => frr(router, { daemons, config: ospfConfig(router, options) })));
}

/** eBGP with all other routers, which are AS 65000 and their number, for the network behind `lan`. */
export function bgpConfig(router: Namespace): string {
  const asOf = (name: string) => 65_000 + Number(name.replace(/\D/g, ''));
  const neighbours = router.interfaces.flatMap((device) => {
    if (!device.name.startsWith('to-')) return [];
    const peer = ipv4Of(device).replace(/\d$/, (own) => String(3 - Number(own)));
    return [` neighbor ${peer} remote-as ${asOf(device.name)}`, ` neighbor ${peer} timers connect 1`];
  });
  const lan = router.interfaces.find(({ name }) => name === 'lan');
  return [
    `router bgp ${asOf(router.name)}`,
    ...[' no bgp ebgp-requires-policy', ' bgp bestpath as-path multipath-relax', ...neighbours],
    ...(lan ? [' address-family ipv4 unicast', `  network ${ipv4Of(lan).replace(/\d+$/, '0/24')}`] : []),
  ].join('\n');
}

function ipv4Of(device: Interface): string {
  return device.address.list().find(({ family }) => family === 4)?.address ?? '';
}

/** Starts BGP on all of them, in their order. */
export function startBgp(routers: readonly Namespace[]): Promise<Frr<'bgpd'>[]> {
  return Promise.all(routers.map((router) => frr(router, { daemons: ['bgpd'], config: bgpConfig(router) })));
}
