import { checkOneOf } from '../kernel/validate.ts';
import { hasLink } from '../links/has-link.ts';
import { LinkKind } from '../links/link-kind.ts';
import { kindOf, type LinkType, linkKinds } from '../links/registry.ts';

/**
 * Whether the running kernel has a kind of links. Found out by making one, once a process, in a namespace that is gone
 * again: nothing is read off a version, and a module that can be loaded is.
 *
 * @throws UsageError for an unknown kind; KernelError `EPERM` without the privilege to make a namespace
 * @example test.skipIf(!supports('ipvlan'))(`siblings talk (needs ${kernelOption('ipvlan')})`, …)
 */
export function supports(type: LinkType | LinkKind): boolean {
  return hasLink(definedKind('supports', type));
}

/**
 * The option of the kernel's configuration that brings a kind of links.
 *
 * @example kernelOption('vlan') // 'CONFIG_VLAN_8021Q'
 */
export function kernelOption(type: LinkType | LinkKind): string {
  return definedKind('kernelOption', type).option;
}

function definedKind(call: string, type: LinkType | LinkKind): LinkKind {
  if (type instanceof LinkKind) return type;
  const names = linkKinds().map(({ kind }) => kind);
  return kindOf({ kind: checkOneOf(call, 'type', type, names) }) as LinkKind;
}
