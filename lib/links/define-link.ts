import { show, UsageError } from '../kernel/validate.ts';
import type { LinkDescription, Lower } from './link-description.ts';
import { LinkKind, readableOf } from './link-kind.ts';
import type { Settings } from './setting.ts';

/** Every kind that has been defined, by its name. */
export const definedKinds = new Map<string, LinkKind>();

/** Hairpin's own, which nobody else defines. */
const own = new Set<string>();

/** Properties and options of every interface: no setting of a kind can have such a name. */
export const TAKEN_NAMES: readonly string[] = [
  ...['namespace', 'index', 'kind', 'segment', 'parent', 'peer', 'children', 'bridge', 'isPort', 'ports', 'fdb'],
  ...['name', 'mac', 'mtu', 'up', 'promiscuous', 'address', 'settings', 'queues', 'open'],
  ...['set', 'delete', 'remove', 'state', 'deleted', 'constructor', 'toString', 'toJSON'],
  ...['hairpin', 'isolated', 'learning', 'flood', 'mcastFlood', 'bcastFlood', 'guard', 'locked', 'cost', 'priority'],
];

/**
 * Defines a kind of link. From then on `ns.link` makes such links, and `supports`, scripts, drawings and failures know
 * them. The kernel's names and numbers are in linux/if_link.h. A module that is loaded again may define its kind again.
 *
 * @param kind the name in `ip link add … type`
 * @throws UsageError for a kind that hairpin itself defines, or an invalid description
 * @example
 * const gretap = defineLink('gretap', {
 *   option: 'NET_IPGRE',
 *   module: 'ip_gre',
 *   trial: { local: '192.0.2.1', remote: '192.0.2.2' },
 *   settings: {
 *     local: setting('IFLA_GRE_LOCAL', 6, netlink.ip4),
 *     remote: setting('IFLA_GRE_REMOTE', 7, netlink.ip4, { live: true }),
 *   },
 * });
 * const tunnel = ns1.link(gretap, { local: '192.0.2.1', remote: '192.0.2.2', address: '10.7.0.1/24' });
 */
export function defineLink<
  const K extends string,
  S extends Settings = Record<never, never>,
  const L extends Lower = 'none',
>(kind: K, description: LinkDescription<S, L>): LinkKind<K, S, L> {
  checkDescription(kind, description);
  return add(new LinkKind(kind, description));
}

/** Defines a kind that is another with more to it: a macvtap is a macvlan with a character device. */
export function defineVariant<const K extends string, S extends Settings, const L extends Lower>(
  kind: K,
  of: LinkKind<string, S, L>,
  description: Partial<LinkDescription<S, L>> & { option: string },
): LinkKind<K, S, L> {
  return add(new LinkKind(kind, { ...of.description, module: kind, ...description }, of as unknown as LinkKind));
}

/** Says that all of hairpin's own kinds have been defined. */
export function endOfOwnKinds(): void {
  for (const kind of definedKinds.keys()) own.add(kind);
}

function add<K extends string, S extends Settings, L extends Lower>(kind: LinkKind<K, S, L>): LinkKind<K, S, L> {
  definedKinds.set(kind.kind, kind as unknown as LinkKind);
  return kind;
}

function checkDescription(kind: unknown, description: LinkDescription<Settings, Lower>): void {
  const call = `defineLink(${show(kind)})`;
  if (typeof kind !== 'string' || !/^[^\s/]{1,15}$/.test(kind))
    throw new UsageError(`${call}: kind must be what ip link add … type calls it: received ${show(kind)}`);
  if (own.has(kind)) throw new UsageError(`${call}: hairpin itself defines the kind ${kind}`);
  if (typeof description !== 'object' || description === null)
    throw new UsageError(`${call}: description must be an object such as { option: … }: received ${show(description)}`);
  const { option, settings = {} } = description;
  if (typeof option !== 'string' || !/^[A-Z0-9_]+$/.test(option)) {
    const rule = "the option of the kernel's configuration without CONFIG_, such as 'GENEVE'";
    throw new UsageError(`${call}: option must be ${rule}: received ${show(option)}`);
  }
  const taken = readableOf(settings)
    .map(([name]) => name)
    .find((name) => TAKEN_NAMES.includes(name));
  if (taken !== undefined) {
    throw new UsageError(
      `${call}: every interface has ${taken}: give the setting ${taken} another name, and its keyword as { word: '${taken}' }`,
    );
  }
}
