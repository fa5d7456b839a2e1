import type { Lab } from '../lab/index.ts';
import { readNetwork } from '../state/read-network.ts';
import type { NetworkSnapshot } from './lab-snapshot.ts';
import { snapshotInterfaces } from './snapshot-interfaces.ts';

/** Of a lab what a drawing shows: cheap enough for every test, where the whole of `takeSnapshot` is for failed ones. */
export function takeNetwork(lab: Lab): NetworkSnapshot {
  const state = readNetwork(lab.namespaces, ['addresses']);
  return {
    namespaces: lab.namespaces.map((namespace) => ({
      name: namespace.name,
      role: namespace.role,
      interfaces: snapshotInterfaces(namespace, state).interfaces,
    })),
  };
}
