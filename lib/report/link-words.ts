import { bridgePort } from '../links/bridge-port.ts';
import { kindOf } from '../links/registry.ts';
import type { Names } from '../netlink/names.ts';
import type { Link, LinkChanges, NamespaceState } from '../state/network-state.ts';

/** The settings of a device's kind that a message says to make it so; undefined for a kind that nobody has described. */
export function saidSettings({ changes }: NamespaceState<'changes'>, link: Link): object | undefined {
  const kind = kindOf(link);
  if (!kind) return undefined;
  const all = Object(link.data) as Record<string, unknown>;
  const { varies = [] } = kind.description;
  // Said in any case: what has to be, what the new link that it was compared with has as well, and what hairpin chooses for
  // itself where nobody says it.
  const always = [...kind.options].filter(
    ([name, { rules }]) =>
      rules.required || varies.includes(name) || (rules.default !== undefined && rules.kernelDefault === undefined),
  );
  const chosen = Object.fromEntries(always.map(([name]) => [name, all[name]]));
  return kind.as({ ...chosen, ...changesOf(changes, link.index).settings }).data;
}

/** The same in the words behind `ip link add … type KIND`. */
export function settingWords(namespace: NamespaceState<'changes'>, link: Link): readonly string[] {
  const device = (index: number) => namespace.links.find((each) => each.index === index)?.name ?? String(index);
  const names: Names = { namespace: undefined, device, netns: String };
  return kindOf(link)?.table.words((saidSettings(namespace, link) ?? {}) as never, names) ?? [];
}

/** The settings of a port that somebody changed; not the state, which comes and goes with the carrier. */
export function changedPort({ changes }: NamespaceState<'changes'>, { index }: Link): Record<string, unknown> {
  const { state: _, ...port } = changesOf(changes, index).port;
  return port;
}

/** The same in the words of `bridge link set`. */
export function portWords(namespace: NamespaceState<'changes'>, link: Link, names: Names): readonly string[] {
  return bridgePort.words(changedPort(namespace, link), names);
}

/** The attributes of a device that no words are known for. */
export function attributesWithoutWords({ changes }: NamespaceState<'changes'>, { index }: Link): readonly string[] {
  return changesOf(changes, index).withoutWords;
}

function changesOf(changes: readonly LinkChanges[], wanted: number): Omit<LinkChanges, 'index'> {
  return changes.find(({ index }) => index === wanted) ?? { settings: {}, port: {}, withoutWords: [] };
}
