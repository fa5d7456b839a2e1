import { kindOf } from '../links/registry.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { ipNetns } from '../netlink/namespace-id.ts';
import type { Link, LinkPlace } from './network-state.ts';
import type { StateSource } from './read-network.ts';

/** Kinds that nobody has described, whose devices are two ends of a cable as well. */
const OTHER_PAIRS = ['vxcan'];

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
  const isPair = kindOf(link)?.end === 'peer' || OTHER_PAIRS.includes(link.kind ?? '');
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
  return (from: StateSource, { kind, link: index, linkNamespaceId }: LinkState): LinkPlace | undefined => {
    if (!index) return undefined;
    const places = listed.filter(({ links }) => links.some((each) => each.index === index)).map(({ source }) => source);
    const isThere = (to: StateSource) =>
      linkNamespaceId === undefined ? to === from : idOf(from, to) === linkNamespaceId;
    const found = places.find(isThere) ?? (kind === 'ipvtap' ? onlyOne(places) : undefined);
    return found && { namespace: found.name, index };
  };
}

/** Of an ipvtap the kernel does not say which namespace its parent is in (`ipvtap_link_ops` has no `get_link_net`). */
function onlyOne(places: readonly StateSource[]): StateSource | undefined {
  return places.length === 1 ? places[0] : undefined;
}
