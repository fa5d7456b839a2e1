import { bridgePort } from '../../links/bridge-port.ts';
import { kindOf } from '../../links/registry.ts';
import type { SettingRules } from '../../links/setting.ts';
import { type Names, NUMBERS } from '../../netlink/names.ts';
import type { Link, LinkChanges, NamespaceState } from '../../state/network-state.ts';

/** The settings in the message that makes the device (`IFLA_INFO_DATA`); undefined for a kind that nobody has described. */
export function linkData({ changes }: NamespaceState<'changes'>, link: Link): object | undefined {
  const kind = kindOf(link);
  if (!kind) return undefined;
  const all = Object(link.data) as Record<string, unknown>;
  const { varies = [], trial = {} } = kind.description;
  // Said in any case: what has to be, what the new link that it was compared with has as well, and what hairpin chooses for
  // itself where nobody says it.
  const always = [...kind.options].filter(([name, { rules }]) => {
    if (isExcused(rules, all)) return false;
    return (
      rules.required ||
      varies.includes(name) ||
      name in trial ||
      (rules.default !== undefined && rules.kernelDefault === undefined)
    );
  });
  const chosen = Object.fromEntries(always.map(([name]) => [name, all[name]]));
  const settings = Object.entries({ ...chosen, ...changesOf(changes, link.index).settings });
  const said = settings.filter(([name]) => {
    const { rules = {} } = kind.options.get(name) ?? {};
    return !rules.newWord && !isExcused(rules, all);
  });
  return kind.as(Object.fromEntries(said)).data;
}

/** Whether a link need not have a setting, and refuses it: a vxlan that is `external` has no `id` (`vxlan_nl2conf`). */
function isExcused({ unless }: SettingRules, settings: Record<string, unknown>): boolean {
  return unless !== undefined && settings[unless] === true;
}

/** The settings of a device's kind that a call of the library says to make it so. */
export function settingsToSay({ changes }: NamespaceState<'changes'>, link: Link): Record<string, unknown> | undefined {
  const kind = kindOf(link);
  if (!kind) return undefined;
  const all = Object(link.data) as Record<string, unknown>;
  const known = changes.find(({ index }) => index === link.index);
  const { varies = [], trial = {} } = kind.description;
  const chosen = [...kind.options].filter(([name, { rules }]) => {
    const value = all[name];
    if (value === undefined || rules.apart || isExcused(rules, all)) return false;
    // What the new link that it was compared with has as well.
    if (rules.required || varies.includes(name) || name in trial) return true;
    if (rules.default !== undefined) return value !== rules.default;
    // Of a kind that cannot be made for comparison all is said.
    return known ? name in known.settings : value !== rules.kernelDefault;
  });
  return Object.fromEntries(chosen.map(([name]) => [name, all[name]]));
}

/** The same in the words behind `ip link add … type KIND`. */
export function settingWords(namespace: NamespaceState<'changes'>, link: Link): readonly string[] {
  const device = (index: number) => namespace.links.find((each) => each.index === index)?.name ?? String(index);
  return kindOf(link)?.table.words((linkData(namespace, link) ?? {}) as never, { ...NUMBERS, device }) ?? [];
}

/** The changed settings that a script leaves out, because iproute2 6.1, or each iproute2, has no words for them. */
export function newWordsOf(
  { changes }: NamespaceState<'changes'>,
  link: Link,
): readonly { words: string; hasNone: boolean }[] {
  const kind = kindOf(link);
  const { settings } = changesOf(changes, link.index);
  const newer = Object.entries(settings).filter(([name]) => kind?.options.get(name)?.rules.newWord);
  return newer.map(([name, value]) => ({
    words: kind?.table.words({ [name]: value } as never, NUMBERS).join(' ') || name,
    hasNone: kind?.table.rows[name]?.options.word === false,
  }));
}

/** The settings of a port that somebody changed; not the state, which comes and goes with the carrier, nor how many groups it is in. */
export function changedPort({ changes }: NamespaceState<'changes'>, { index }: Link): Record<string, unknown> {
  const { state: _, mcastNGroups: __, ...port } = changesOf(changes, index).port;
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
