import { readFileSync } from 'node:fs';
import { AF_PACKET, SOCK_RAW } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { NetNamespace } from '../kernel/net-namespace.ts';
import { Socket } from '../kernel/socket.ts';
import { LINK_TYPES, type LinkType, tryLinkType } from './link-types.ts';

/** Something that a lab needs of the kernel or of the process. */
export interface Capability {
  name: string;
  available: boolean;
  /** What is missing, naming the kernel's option or the privilege. */
  reason?: string;
  /** The kernel's option. */
  option?: string;
  /** The module that brings it, where it may be one. */
  module?: string;
  /** Only some labs need it. */
  optional?: boolean;
}

/** Tries everything that a lab is made of, in a namespace that is gone when this returns. Nothing is read off a version. */
export function detectCapabilities(): Capability[] {
  const namespaces = attempt('network namespaces', { option: 'CONFIG_NET_NS' }, () => NetNamespace.create().close());
  if (!namespaces.available) return [namespaces];
  using namespace = NetNamespace.create();
  const link = (type: LinkType) => attempt(type, LINK_TYPES[type], () => tryLinkType(type));
  return [
    namespaces,
    ...(['veth', 'bridge', 'macvlan'] as const).map(link),
    attempt('packet sockets', { option: 'CONFIG_PACKET', module: 'af_packet' }, () =>
      Socket.open(namespace, AF_PACKET, SOCK_RAW, 0).close(),
    ),
    attempt('IPv6', { option: 'CONFIG_IPV6', module: 'ipv6' }, () =>
      namespace.run(() => readFileSync('/proc/sys/net/ipv6/conf/all/forwarding')),
    ),
    ...OPTIONAL.map((type) => ({ ...link(type), optional: true })),
  ];
}

/** What only specs that ask for it need. */
const OPTIONAL = ['macvtap', 'ipvlan', 'ipvtap', 'vlan', 'dummy'] as const;

function attempt(name: string, needs: { option: string; module?: string }, trial: () => unknown): Capability {
  try {
    trial();
    return { name, available: true, ...needs };
  } catch (error) {
    return { name, available: false, reason: reasonOf(name, needs, error), ...needs };
  }
}

function reasonOf(name: string, { option, module }: { option: string; module?: string }, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'EPERM' || code === 'EACCES') {
    return `no privilege for ${name} (${code}): be root, or have user namespaces (CONFIG_USER_NS, user.max_user_namespaces)`;
  }
  if (error instanceof KernelError && code === 'ENOSPC') return `no more ${name}: user.max_net_namespaces is reached`;
  if (code === 'EOPNOTSUPP' || code === 'EAFNOSUPPORT' || code === 'ENOENT' || code === 'EINVAL') {
    return `this kernel has no ${name}: it needs ${option}${module ? ` (modprobe ${module})` : ''}`;
  }
  return error instanceof Error ? error.message : String(error);
}
