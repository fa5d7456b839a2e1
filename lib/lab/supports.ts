import { checkOptions } from '../base/validate.ts';
import { hasLink } from '../links/has-link.ts';
import type { Lower } from '../links/link-description.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { checkKind, type KindNamed, type LinkKindName } from '../links/registry.ts';
import type { NewSettings, Settings } from '../links/setting.ts';

type Kind = LinkKindName | LinkKind<string, Settings, Lower>;
type SomeSettings<K> = KindNamed<K> extends LinkKind<string, infer S> ? Partial<NewSettings<S>> : never;

/**
 * Whether the running kernel has a kind of links. It makes one, once in each process, in a namespace that it removes again.
 * It does not compare versions, and the kernel loads the module if it can.
 *
 * @param settings settings that the link must accept: a kernel may have the kind without them
 * @throws UsageError for an unknown kind; KernelError `EPERM` without the privilege to make a namespace
 * @example test.skipIf(!supports('ipvlan'))(`siblings talk (needs ${kernelOption('ipvlan')})`, …)
 * @example supports('bridge', { vlanFiltering: true })
 */
export function supports<K extends Kind>(kind: K, settings: SomeSettings<K> = {} as SomeSettings<K>): boolean {
  const known = checkKind('supports', kind);
  checkSettings(`supports(${known.kind})`, known, settings);
  return hasLink(known, settings);
}

/**
 * The option of the kernel's configuration that brings a kind of links, or the settings of one.
 *
 * @example kernelOption('vlan') // 'CONFIG_VLAN_8021Q'
 * @example kernelOption('bridge', { vlanFiltering: true }) // 'CONFIG_BRIDGE_VLAN_FILTERING'
 */
export function kernelOption<K extends Kind>(kind: K, settings: SomeSettings<K> = {} as SomeSettings<K>): string {
  const known = checkKind('kernelOption', kind);
  checkSettings(`kernelOption(${known.kind})`, known, settings);
  const needs = Object.keys(settings).map((name) => known.options.get(name)?.rules.needs);
  const option = needs.find((each) => each !== undefined);
  return option === undefined ? known.option : `CONFIG_${option}`;
}

function checkSettings(call: string, kind: LinkKind, settings: object): void {
  if (Object.keys(settings ?? {}).length === 0) return;
  checkOptions(call, settings, [...kind.options.keys()]);
  for (const [name, value] of Object.entries(settings)) kind.options.get(name)?.check(call, name, value);
}
