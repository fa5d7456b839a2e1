import type { InterfaceSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';

/** Kinds that need no more than a name. */
const SIMPLE_KINDS = ['dummy', 'ifb'];

/** A lab as far as a script can make it, and a remark on each device that it cannot. */
export interface Buildable {
  namespaces: NamespaceSnapshot[];
  leftOut: string[];
}

/** Takes the devices out that a script cannot make, with all that is of them: addresses, routes, neighbours, sysctls. */
export function buildable(namespaces: readonly NamespaceSnapshot[]): Buildable {
  const devices = namespaces.flatMap(({ name, interfaces }) =>
    interfaces.map((device): [string, InterfaceSnapshot] => [`${name}/${device.name}`, device]),
  );
  const byPath = new Map(devices);
  const missing = (device: InterfaceSnapshot): string | undefined => whyNot(device, byPath);
  const leftOut = devices.flatMap(([path, device]) => {
    const why = missing(device);
    return why === undefined ? [] : [`# Left out: ${path}, ${device.kind}${why}`];
  });
  return leftOut.length === 0
    ? { namespaces: [...namespaces], leftOut }
    : { namespaces: namespaces.map((namespace) => without(namespace, missing)), leftOut };
}

/** Empty where there is no more to say than that its kind is not known. */
function whyNot(device: InterfaceSnapshot, byPath: ReadonlyMap<string, InterfaceSnapshot>): string | undefined {
  const { kind, peer, parent, uplink, bridge, macvlan, ipvlan, vlan } = device;
  if (kind === 'veth') return peer !== undefined && byPath.has(peer) ? undefined : ELSEWHERE;
  if (parent !== undefined) {
    const below = byPath.get(parent);
    const why = below && whyNot(below, byPath);
    return why === undefined && below ? undefined : below ? `: ${parent} is left out` : ELSEWHERE;
  }
  if (uplink !== undefined || bridge || SIMPLE_KINDS.includes(kind)) return undefined;
  return macvlan || ipvlan || vlan ? ELSEWHERE : '';
}

const ELSEWHERE = ': what it leads to is not of this lab';

function without(
  namespace: NamespaceSnapshot,
  missing: (device: InterfaceSnapshot) => string | undefined,
): NamespaceSnapshot {
  const gone = new Set(namespace.interfaces.filter((device) => missing(device) !== undefined).map(({ name }) => name));
  if (gone.size === 0) return namespace;
  const stays = ({ dev }: { dev?: string }) => dev === undefined || !gone.has(dev);
  const { interfaces, routes, withoutRoutes = [], neighbours, proxies = [], fdb, sysctls } = namespace;
  return {
    ...namespace,
    interfaces: interfaces
      .filter(({ name }) => !gone.has(name))
      .map((device) => (device.master !== undefined && gone.has(device.master) ? free(device) : device)),
    routes: routes.filter((route) => stays(route) && (route.nexthops ?? []).every(stays)),
    withoutRoutes: withoutRoutes.filter(stays),
    neighbours: neighbours.filter(stays),
    proxies: proxies.filter(stays),
    fdb: fdb.filter(stays),
    sysctls: Object.fromEntries(Object.entries(sysctls).filter(([key]) => !isOf(key, gone))),
  };
}

/** A port of what there is not. */
function free({ port: _, master: __, ...device }: InterfaceSnapshot): InterfaceSnapshot {
  return device;
}

function isOf(sysctl: string, devices: ReadonlySet<string>): boolean {
  return [...devices].some((name) => [`.${name}.`, `/${name}/`].some((part) => sysctl.includes(part)));
}
