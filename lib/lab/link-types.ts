import { KernelError } from '../kernel/kernel-error.ts';
import { NetNamespace } from '../kernel/net-namespace.ts';
import { whyMissing } from '../kernel/why-no-namespaces.ts';
import { ipLink } from '../netlink/link.ts';
import { NetlinkSocket } from '../netlink/socket.ts';
import { vethKind } from '../netlink/veth.ts';
import { vlanKind } from './vlan-attributes.ts';

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

/** What a type needs beyond its name. */
const TRIALS: Partial<Record<LinkType, { kind: string; data?: object; link: number }>> = {
  macvlan: { kind: 'macvlan', link: PARENT },
  macvtap: { kind: 'macvtap', link: PARENT },
  ipvlan: { kind: 'ipvlan', link: PARENT },
  ipvtap: { kind: 'ipvtap', link: PARENT },
  vlan: { ...vlanKind.as('vlan', { id: 1 }), link: PARENT },
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
  const peer = { index: PARENT + 1, name: 'peer', netns: namespace.fd };
  const veth = ipLink.add({ index: PARENT, name: 'parent', ...vethKind.as('veth', { peer }) });
  const trial = TRIALS[type];
  if (trial || type === 'veth') rtnetlink.change(veth);
  if (type !== 'veth') rtnetlink.change(ipLink.add({ index: PARENT + 2, name: 'trial', kind: type, ...trial }));
}

/** The usual cause of EOPNOTSUPP where a link was to be made (`rtnl_newlink`: no `rtnl_link_ops` of that name). */
export function missingLinkType(type: LinkType): string {
  return whyMissing(type, LINK_TYPES[type]);
}
