import { checkOneOf } from '../kernel/validate.ts';
import { hasLinkType, LINK_TYPES, type LinkType } from './link-types.ts';

export type { LinkType };

const TYPES = Object.keys(LINK_TYPES) as LinkType[];

/**
 * Whether the running kernel has a type of link. Found out by making one, once a process, in a namespace that is gone
 * again: nothing is read off a version, and a module that can be loaded is.
 *
 * @throws UsageError for an unknown type; KernelError `EPERM` without the privilege to make a namespace
 * @example test.skipIf(!supports('ipvlan'))(`siblings talk (needs ${kernelOption('ipvlan')})`, …)
 */
export function supports(type: LinkType): boolean {
  return hasLinkType(checkOneOf('supports', 'type', type, TYPES));
}

/**
 * The option of the kernel's configuration that brings a type of link.
 *
 * @example kernelOption('vlan') // 'CONFIG_VLAN_8021Q'
 */
export function kernelOption(type: LinkType): string {
  return LINK_TYPES[checkOneOf('kernelOption', 'type', type, TYPES)].option;
}
