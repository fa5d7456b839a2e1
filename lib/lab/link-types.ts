import { u16 } from '../kernel/bytes.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { NetNamespace } from '../kernel/net-namespace.ts';
import type { Attribute } from '../netlink/attribute.ts';
import { addLink, vethPeer } from '../netlink/link.ts';
import { NetlinkSocket } from '../netlink/socket.ts';

/** The types of `ip link add … type …` that a lab makes: what each needs of the kernel. */
export const LINK_TYPES = {
  veth: { option: 'CONFIG_VETH', module: 'veth' },
  bridge: { option: 'CONFIG_BRIDGE', module: 'bridge' },
  macvlan: { option: 'CONFIG_MACVLAN', module: 'macvlan' },
  macvtap: { option: 'CONFIG_MACVTAP', module: 'macvtap' },
  ipvlan: { option: 'CONFIG_IPVLAN', module: 'ipvlan' },
  ipvtap: { option: 'CONFIG_IPVTAP', module: 'ipvtap' },
  vlan: { option: 'CONFIG_VLAN_8021Q', module: '8021q' },
  dummy: { option: 'CONFIG_DUMMY', module: 'dummy' },
} as const;

export type LinkType = keyof typeof LINK_TYPES;

const PARENT = 100;
const IFLA_VLAN_ID = 1;

/** What a type needs beyond its name. */
const TRIALS: Partial<Record<LinkType, { parent: true; data?: readonly Attribute[] }>> = {
  macvlan: { parent: true },
  macvtap: { parent: true },
  ipvlan: { parent: true },
  ipvtap: { parent: true },
  vlan: { parent: true, data: [[IFLA_VLAN_ID, u16(1)]] },
};

const known = new Map<LinkType, boolean>();

/** Whether the running kernel has a type of link: tried once a process. Loads the module where it can. */
export function hasLinkType(type: LinkType): boolean {
  const before = known.get(type);
  if (before !== undefined) return before;
  const has = succeeds(type);
  known.set(type, has);
  return has;
}

function succeeds(type: LinkType): boolean {
  try {
    tryLinkType(type);
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === 'EOPNOTSUPP') return false;
    throw error;
  }
}

/** Makes one link of a type in a namespace that is gone when this returns. */
export function tryLinkType(type: LinkType): void {
  using namespace = NetNamespace.create();
  using rtnetlink = namespace.run(() => new NetlinkSocket());
  const add = (index: number, kind: LinkType, more: { link?: number; data?: readonly Attribute[] } = {}) =>
    addLink(rtnetlink, { index, name: `try${index}` }, { kind, ...more }, { operation: `ip link add type ${kind}` });
  const veth = (index: number) =>
    add(index, 'veth', { data: vethPeer({ index: index + 1, name: `try${index + 1}` }, namespace) });
  const { parent, data } = TRIALS[type] ?? {};
  if (parent || type === 'veth') veth(PARENT);
  if (type !== 'veth') add(PARENT + 2, type, { ...(parent ? { link: PARENT } : {}), ...(data ? { data } : {}) });
}

/** The usual cause of EOPNOTSUPP where a link was to be made (`rtnl_newlink`: no `rtnl_link_ops` of that name). */
export function missingLinkType(type: LinkType): string {
  const { option, module } = LINK_TYPES[type];
  return `this kernel has no ${type}: it needs ${option} (modprobe ${module})`;
}
