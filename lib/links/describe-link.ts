import type { LinkDescription, Lower } from './link-description.ts';
import { LinkKind } from './link-kind.ts';
import type { Settings } from './setting.ts';

/** Every kind that has been described, by its name. */
export const describedKinds = new Map<string, LinkKind>();

/** Describes a kind of link. A spec calls `defineLink`, which also checks the description. */
export function describeLink<
  const K extends string,
  S extends Settings = Record<never, never>,
  const L extends Lower = 'none',
>(kind: K, description: LinkDescription<S, L>): LinkKind<K, S, L> {
  return add(new LinkKind(kind, description));
}

/** Describes a kind that is another with more to it: a macvtap is a macvlan with a character device. */
export function describeVariant<const K extends string, S extends Settings, const L extends Lower>(
  kind: K,
  of: LinkKind<string, S, L>,
  description: Partial<LinkDescription<S, L>> & { option: string },
): LinkKind<K, S, L> {
  return add(new LinkKind(kind, { ...of.description, module: kind, ...description }, of as unknown as LinkKind));
}

function add<K extends string, S extends Settings, L extends Lower>(kind: LinkKind<K, S, L>): LinkKind<K, S, L> {
  describedKinds.set(kind.kind, kind as unknown as LinkKind);
  return kind;
}
