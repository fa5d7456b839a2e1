import { readFileSync } from 'node:fs';
import { errorMessage } from '../base/error-message.ts';
import { hasCode } from '../base/has-code.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { whyMissing } from '../kernel/namespaces/why-no-namespaces.ts';
import { TapSocket } from '../kernel/taps/tap-socket.ts';
import { tryLink } from '../links/has-link.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { linkKinds } from '../links/registry.ts';
import { listNeighbourTables, whyNoNeighbourRoom } from '../netlink/routing/neighbour-table.ts';
import { NetlinkSocket } from '../netlink/socket.ts';
import { Lab } from './lab.ts';

/** Something that a lab needs of the kernel or of the process. */
export interface Capability {
  name: string;
  available: boolean;
  /** What is missing, naming the kernel's option or the privilege, and what to do about it. */
  reason?: string;
  /** The kernel's option. */
  option?: string;
  /** The module that brings it, where it may be one. */
  module?: string;
  /** Only some labs need it. */
  optional?: boolean;
}

type Needs = Pick<Capability, 'option' | 'module'>;

/** The entries that a lab of some size makes in the machine's neighbour tables. */
const ROOM = 128;

/** Tries everything that a lab is made of, in namespaces that are gone when this has ended. Nothing is read off a version. */
export async function detectCapabilities(): Promise<Capability[]> {
  const namespaces = attempt('network namespaces', { option: 'CONFIG_NET_NS' }, () => NetNamespace.create().close());
  if (!namespaces.available) return [namespaces];
  using namespace = NetNamespace.create();
  const link = (kind: LinkKind) =>
    attempt(kind.kind, { option: kind.option, module: kind.module }, () => tryLink(kind));
  const isNeeded = ({ description }: LinkKind) => description.needed === true;
  const kinds = linkKinds();
  return [
    namespaces,
    await attemptHosts(),
    ...kinds.filter(isNeeded).map(link),
    attempt('packet sockets', { option: 'CONFIG_PACKET', module: 'af_packet' }, () => new TapSocket(namespace).close()),
    attempt('IPv6', { option: 'CONFIG_IPV6', module: 'ipv6' }, () =>
      namespace.run(() => readFileSync('/proc/sys/net/ipv6/conf/all/forwarding')),
    ),
    attempt('neighbour tables', {}, () => needNeighbourRoom(namespace)),
    // Only specs that ask for them need the others.
    ...kinds.filter((kind) => !isNeeded(kind)).map((kind) => ({ ...link(kind), optional: true })),
  ];
}

/** A host and a router, as a lab makes them: their sysctls are written, their loopbacks brought up. */
async function attemptHosts(): Promise<Capability> {
  // Packet sockets are tried for themselves.
  const lab = new Lab({ taps: false });
  const hosts = attempt('hosts and routers', { option: 'CONFIG_SYSCTL' }, () => [lab.namespace('a'), lab.router('b')]);
  await lab.close();
  return hosts;
}

function needNeighbourRoom(namespace: NetNamespace): void {
  using rtnetlink = namespace.run(() => new NetlinkSocket());
  const full = listNeighbourTables(rtnetlink).find(({ entries, limit }) => entries + ROOM > limit);
  if (full) throw new Error(whyNoNeighbourRoom(full));
}

function attempt(name: string, needs: Needs, trial: () => unknown): Capability {
  try {
    trial();
    return { name, available: true, ...needs };
  } catch (error) {
    return { name, available: false, reason: reasonOf(name, needs, error), ...needs };
  }
}

function reasonOf(name: string, { option, module }: Needs, error: unknown): string {
  if (error instanceof KernelError && error.usualCause) return error.usualCause;
  if (option && hasCode(error, 'EOPNOTSUPP', 'EAFNOSUPPORT', 'ENODEV', 'ENOENT', 'EINVAL'))
    return whyMissing(name, { option, module });
  return errorMessage(error);
}
