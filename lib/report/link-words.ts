import { bridgePort } from '../netlink/bridge-port.ts';
import { linkDataOf } from '../netlink/link-kind.ts';
import { NUMBERS } from '../netlink/names.ts';
import type { Rows, Table } from '../netlink/table.ts';
import type { Link, LinkChanges, NamespaceState } from '../state/network-state.ts';

/** What is said in any case: what it is like decides the most, and kernels differ in what they choose. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  ...{ macvlan: ['mode'], macvtap: ['mode'], ipvlan: ['mode', 'flag'], ipvtap: ['mode', 'flag'] },
  vlan: ['protocol', 'id'],
};

/** The settings of a device's kind that a message says to make it so. */
export function saidSettings(
  { changes }: NamespaceState<'changes'>,
  { kind = '', data, index }: Link,
): object | undefined {
  if (!linkDataOf(kind)) return undefined;
  const all = Object(data) as Record<string, unknown>;
  const always = (ALWAYS[kind] ?? []).map((key) => [key, all[key]]);
  const { settings } = changesOf(changes, index);
  const said = { ...Object.fromEntries(always), ...settings };
  return said['macaddr'] ? { listChange: 'set', ...said } : said;
}

/** The same in the words behind `ip link add … type KIND`. */
export function settingWords(namespace: NamespaceState<'changes'>, link: Link): readonly string[] {
  const table = linkDataOf(link.kind ?? '') as Table<Rows> | undefined;
  return table?.words((saidSettings(namespace, link) ?? {}) as never, NUMBERS) ?? [];
}

/** The settings of a port that somebody changed; not the state, which comes and goes with the carrier. */
export function changedPort({ changes }: NamespaceState<'changes'>, { index }: Link): Record<string, unknown> {
  const { state: _, ...port } = changesOf(changes, index).port;
  return port;
}

/** The same in the words of `bridge link set`. */
export function portWords(namespace: NamespaceState<'changes'>, link: Link): readonly string[] {
  return bridgePort.table.words(changedPort(namespace, link), NUMBERS);
}

/** The attributes of a device that no words are known for. */
export function unsaidOf({ changes }: NamespaceState<'changes'>, { index }: Link): readonly string[] {
  return changesOf(changes, index).unsaid;
}

function changesOf(changes: readonly LinkChanges[], wanted: number): Omit<LinkChanges, 'index'> {
  return changes.find(({ index }) => index === wanted) ?? { settings: {}, port: {}, unsaid: [] };
}
