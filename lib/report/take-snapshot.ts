import { outputOf } from '../lab/exec.ts';
import { type Lab, type Namespace, Switch } from '../lab/index.ts';
import { bridge as bridgeKind } from '../links/bridge.ts';
import { portsOf } from '../state/find-link.ts';
import type { NamespaceState, NetworkState } from '../state/network-state.ts';
import { readNetwork } from '../state/read-network.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import type { LabSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';
import { snapshotByOthers } from './snapshot-by-others.ts';
import { snapshotInterfaces } from './snapshot-interfaces.ts';
import { snapshotRoutes } from './snapshot-routes.ts';
import { snapshotSysctls } from './snapshot-sysctls.ts';

/**
 * Reads a lab from the kernel as it is at this moment, whoever made it so: nothing is remembered, nothing changed.
 *
 * @example const snapshot = takeSnapshot(lab)
 */
export function takeSnapshot(lab: Lab): LabSnapshot {
  const state = readNetwork(lab.namespaces);
  return { namespaces: lab.namespaces.map((namespace) => snapshotNamespace(namespace, state)) };
}

function snapshotNamespace(namespace: Namespace, network: NetworkState): NamespaceSnapshot {
  const state = network.namespaces[namespace.lab.namespaces.indexOf(namespace)] as NamespaceState;
  const named = (device: number) => state.links.find(({ index }) => index === device)?.name ?? '';
  const { interfaces, loopback } = snapshotInterfaces(namespace, network);
  const bridge = snapshotBridge(namespace, state);
  return {
    name: namespace.name,
    role: namespace.role,
    interfaces,
    ...(loopback ? { loopback } : {}),
    ...snapshotRoutes(state),
    ...snapshotByOthers(namespace, state, named),
    neighbours: state.neighbours
      .filter((each) => each.state !== 'NOARP')
      .map(({ to, lladdr, device, state: nud }) => ({
        ...{ to, ...(lladdr ? { lladdr } : {}) },
        ...{ dev: named(device), state: nud },
      })),
    sysctls: snapshotSysctls(namespace, state),
    nftables: state.filters.nftables.length > 0 ? outputOf(namespace, 'nft', ['list', 'ruleset']) : '',
    ...bridge,
  };
}

function snapshotBridge(namespace: Namespace, state: NamespaceState) {
  const bridge = namespace instanceof Switch ? state.links.find(({ index }) => index === namespace.bridge) : undefined;
  if (!bridge) return { fdb: [] };
  const ports = portsOf(state, bridge.index);
  return {
    bridge: {
      ...bridgeKind.of(bridge),
      name: bridge.name,
      index: bridge.index,
      up: bridge.up,
    },
    fdb: state.fdb.flatMap((entry) => {
      const port = ports.find(({ index }) => index === entry.device);
      // What comes and goes with a port: its own address, and the groups that it listens to as a device.
      const local =
        entry.permanent && (isGroupMac(entry.mac) || [bridge, ...ports].some(({ mac }) => mac === entry.mac));
      const own = entry.local ? { local: true as const } : {};
      return port && entry.bridge === bridge.index && !local
        ? [{ mac: entry.mac, dev: port.name, static: entry.permanent, ...own }]
        : [];
    }),
  };
}
