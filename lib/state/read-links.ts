import { isPairEnd, kindOf } from '../links/registry.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { ipNetns } from '../netlink/namespace-id.ts';
import type { Link, LinkPlace } from './network-state.ts';
import type { StateSource } from './state-source.ts';

/** Every device of each namespace, with what it is connected to. */
export function readLinks(sources: readonly StateSource[]): readonly (readonly Link[])[] {
  const listed = sources.map((source) => ({ source, links: source.rtnetlink.list(ipLink.all()) }));
  const resolve = resolver(listed);
  return listed.map(({ source, links }) =>
    links
      .map((link) => ({ ...link, ...connection(link, resolve(source, link)) }))
      .sort((one, other) => one.index - other.index),
  );
}

interface Listed {
  readonly source: StateSource;
  readonly links: readonly LinkState[];
}

function connection(link: LinkState, place: LinkPlace | undefined): Pick<Link, 'peer' | 'lower'> {
  const isPair = isPairEnd(link);
  return { peer: isPair ? place : undefined, lower: isPair ? undefined : place };
}

/** Finds the device at the other end, or below. The kernel tells its index, which is unique in its namespace only. */
function resolver(listed: readonly Listed[]) {
  const ids = new Map<string, number | undefined>();
  /** The number by which one namespace knows another. */
  const idOf = (from: StateSource, to: StateSource): number | undefined => {
    const key = `${from.name} ${to.name}`;
    if (!ids.has(key)) ids.set(key, from.rtnetlink.get(ipNetns.get({ netns: to.netns.fd })));
    return ids.get(key);
  };
  return (from: StateSource, link: LinkState): LinkPlace | undefined => {
    const { link: index, linkNamespaceId } = link;
    if (!index) return undefined;
    const places = listed.filter(({ links }) => links.some((each) => each.index === index)).map(({ source }) => source);
    const isThere = (to: StateSource) =>
      linkNamespaceId === undefined ? to === from : idOf(from, to) === linkNamespaceId;
    const found = places.find(isThere) ?? (kindOf(link)?.description.hidesLowerNamespace ? onlyOne(places) : undefined);
    return found && { namespace: found.name, index };
  };
}

/** The namespace of a device whose namespace the kernel does not tell: known if only one has such an index. */
function onlyOne(places: readonly StateSource[]): StateSource | undefined {
  return places.length === 1 ? places[0] : undefined;
}
