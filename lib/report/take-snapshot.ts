import { outputOf } from '../lab/exec.ts';
import { type Lab, type Namespace, Switch } from '../lab/index.ts';
import { bridge as bridgeKind } from '../links/bridge.ts';
import { bridgeFdb, ipNeighbour } from '../netlink/neighbour.ts';
import { hasNftables } from '../netlink/packet-filters.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import type { LabSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';
import { snapshotByOthers } from './snapshot-by-others.ts';
import { type LinksOf, snapshotInterfaces } from './snapshot-interfaces.ts';
import { snapshotRoutes } from './snapshot-routes.ts';
import { snapshotSysctls } from './snapshot-sysctls.ts';
import { linksOf } from './take-network.ts';

/**
 * Reads a lab from the kernel as it is at this moment, whoever made it so: nothing is remembered, nothing changed.
 *
 * @example const snapshot = takeSnapshot(lab)
 */
export function takeSnapshot(lab: Lab): LabSnapshot {
  const links = linksOf(lab);
  return { namespaces: lab.namespaces.map((namespace) => snapshotNamespace(namespace, links)) };
}

function snapshotNamespace(namespace: Namespace, links: LinksOf): NamespaceSnapshot {
  const names = new Map((links.get(namespace) ?? []).map(({ index, name }) => [index, name]));
  const { interfaces, loopback } = snapshotInterfaces(namespace, links);
  const bridge = snapshotBridge(namespace, links);
  const devices = [...(bridge.bridge ? [bridge.bridge.name] : []), ...interfaces.map(({ name }) => name)];
  return {
    name: namespace.name,
    role: namespace.role,
    interfaces,
    ...(loopback ? { loopback } : {}),
    ...snapshotRoutes(namespace, links.get(namespace) ?? []),
    ...snapshotByOthers(namespace, names),
    neighbours: namespace.rtnetlink
      .list(ipNeighbour.all())
      .filter(({ state }) => state !== 'NOARP')
      .map(({ to, lladdr, device, state }) => ({
        ...{ to, ...(lladdr ? { lladdr } : {}) },
        ...{ dev: names.get(device) ?? '', state },
      })),
    sysctls: snapshotSysctls(namespace, devices),
    nftables: hasNftables(namespace.handle) ? outputOf(namespace, 'nft', ['list', 'ruleset']) : '',
    ...bridge,
  };
}

function snapshotBridge(namespace: Namespace, links: LinksOf) {
  const own = links.get(namespace) ?? [];
  const bridge = namespace instanceof Switch ? own.find(({ index }) => index === namespace.bridge) : undefined;
  if (!bridge) return { fdb: [] };
  const ports = own.filter(({ master }) => master === bridge.index);
  return {
    bridge: {
      ...bridgeKind.of(bridge),
      name: bridge.name,
      index: bridge.index,
      up: bridge.up,
    },
    fdb: namespace.rtnetlink.list(bridgeFdb.all({ bridge: bridge.index })).flatMap((entry) => {
      const port = ports.find(({ index }) => index === entry.device);
      // What comes and goes with a port: its own address, and the groups that it listens to as a device.
      const local =
        entry.permanent && (isGroupMac(entry.mac) || [bridge, ...ports].some(({ mac }) => mac === entry.mac));
      const own = entry.local ? { local: true as const } : {};
      return port && !local ? [{ mac: entry.mac, dev: port.name, static: entry.permanent, ...own }] : [];
    }),
  };
}
