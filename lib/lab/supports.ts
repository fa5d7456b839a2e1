import { hasLink } from '../links/has-link.ts';
import type { Lower } from '../links/link-description.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { checkKind, type LinkKindName } from '../links/registry.ts';
import type { Settings } from '../links/setting.ts';

/**
 * Whether the running kernel has a kind of links. Found out by making one, once a process, in a namespace that is gone
 * again: nothing is read off a version, and a module that can be loaded is.
 *
 * @throws UsageError for an unknown kind; KernelError `EPERM` without the privilege to make a namespace
 * @example test.skipIf(!supports('ipvlan'))(`siblings talk (needs ${kernelOption('ipvlan')})`, …)
 */
export function supports(kind: LinkKindName | LinkKind<string, Settings, Lower>): boolean {
  return hasLink(checkKind('supports', kind));
}

/**
 * The option of the kernel's configuration that brings a kind of links.
 *
 * @example kernelOption('vlan') // 'CONFIG_VLAN_8021Q'
 */
export function kernelOption(kind: LinkKindName | LinkKind<string, Settings, Lower>): string {
  return checkKind('kernelOption', kind).option;
}
