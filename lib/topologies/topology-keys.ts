import { omit } from '../base/plain-object.ts';
import { END_OPTIONS } from '../lab/making/add-cable.ts';
import { bridge } from '../links/bridge.ts';
import { PORT_OPTIONS } from '../links/bridge-port.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { linkKinds } from '../links/registry.ts';
import { OBJECT_KINDS } from '../state/objects/registry.ts';
import type { Mapping } from './topology.ts';

/** The keys of a topology file. The options of links are those of `lib/links`, so a new kind needs no line here. */
export const TOP_KEYS = ['defaults', 'namespaces', 'links'] as const;

/** The lists of a bridge. A topology file says them by calls, one for each entry. */
export const BRIDGE_LISTS = ['vlans', 'fdb', 'mdb', 'mst', 'vlanMulticast'] as const;

/** The lists of traffic control, which a device may have. */
export const TRAFFIC_LISTS = ['qdiscs', 'filters'] as const;

const OF_ALL_NAMESPACES = ['role', 'sysctls', 'exec'] as const;
const OF_HOSTS = [...['nexthops', 'routes', 'mroutes', 'rules', 'neighbours'], ...OBJECT_KINDS.map(({ key }) => key)];
const MEMBER_KEYS = ['master', 'backupPort', 'vlans'] as const;

export const HOST_KEYS: readonly string[] = [...OF_ALL_NAMESPACES, ...OF_HOSTS];
export const SWITCH_KEYS: readonly string[] = [
  ...OF_ALL_NAMESPACES,
  ...['subnets', ...BRIDGE_LISTS],
  ...bridge.options.keys(),
];
/** Of an end of a cable on a host. */
export const HOST_END_KEYS: readonly string[] = [...END_OPTIONS, ...MEMBER_KEYS, ...PORT_OPTIONS, ...TRAFFIC_LISTS];
/** Of an end of a cable on a switch: it is a port there, without addresses. */
export const PORT_KEYS: readonly string[] = HOST_END_KEYS.filter((key) => key !== 'address' && key !== 'master');

/** The keys of a cable, or of another pair. */
export function pairKeys(kind: LinkKind): string[] {
  return ['kind', 'a', 'b', 'mtu', ...kind.options.keys()];
}

export function linkKeys({ lower, options, description }: LinkKind): string[] {
  const { hasPorts = false, keepsFdb = false } = description;
  return [
    ...['kind', ...END_OPTIONS, 'mtu'],
    ...(lower === 'none' ? [] : ['parent']),
    ...options.keys(),
    // A bridge cannot be the port of another (br_add_if, ELOOP).
    ...(hasPorts ? ['master', ...BRIDGE_LISTS] : [...MEMBER_KEYS, ...PORT_OPTIONS]),
    ...(keepsFdb ? ['fdb'] : []),
    ...TRAFFIC_LISTS,
  ];
}

/** The kinds that a topology may name: those of a spec's own too, unless only some are meant. */
export function kindsOf(ends: 'one' | 'two', kinds: readonly LinkKind[] = linkKinds()): LinkKind[] {
  return kinds.filter(({ end }) => (end === 'peer') === (ends === 'two'));
}

/** What is said of a bridge itself. */
export function withoutLists(options: Mapping): Mapping {
  return omit(options, BRIDGE_LISTS);
}
