import type { Lab } from '../lab/index.ts';
import { ipLink } from '../netlink/link.ts';
import type { NetworkSnapshot } from './lab-snapshot.ts';
import { type LinksOf, snapshotInterfaces } from './snapshot-interfaces.ts';

/** Of a lab what a drawing shows: cheap enough for every test, where the whole of `takeSnapshot` is for failed ones. */
export function takeNetwork(lab: Lab): NetworkSnapshot {
  const links = linksOf(lab);
  return {
    namespaces: lab.namespaces.map((namespace) => ({
      name: namespace.name,
      role: namespace.role,
      interfaces: snapshotInterfaces(namespace, links).interfaces,
    })),
  };
}

/** All links of a lab first: what a cable or a macvlan leads to may be in any other namespace. */
export function linksOf(lab: Lab): LinksOf {
  return new Map(lab.namespaces.map((namespace) => [namespace, namespace.rtnetlink.list(ipLink.all())]));
}
