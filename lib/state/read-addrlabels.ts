import { isDeepStrictEqual } from 'node:util';
import { NetNamespace } from '../kernel/net-namespace.ts';
import { once } from '../kernel/once.ts';
import { type AddrLabel, ipAddrlabel } from '../netlink/addrlabel.ts';
import { NetlinkSocket } from '../netlink/socket.ts';

/** How the labels of IPv6 addresses differ from those of a new namespace. */
export interface AddrLabelChanges {
  readonly added: readonly AddrLabel[];
  readonly removed: readonly AddrLabel[];
}

export function readAddrlabels(rtnetlink: NetlinkSocket): AddrLabelChanges {
  const now = rtnetlink.list(ipAddrlabel.all());
  const fresh = freshLabels();
  return { added: without(now, fresh), removed: without(fresh, now) };
}

function without(all: readonly AddrLabel[], others: readonly AddrLabel[]): AddrLabel[] {
  return all.filter((each) => !others.some((other) => isDeepStrictEqual(each, other)));
}

/** The kernel's own (`ip6addrlbl_init_table`). */
const freshLabels = once((): readonly AddrLabel[] => {
  using namespace = NetNamespace.create();
  using rtnetlink = namespace.run(() => new NetlinkSocket());
  return rtnetlink.list(ipAddrlabel.all());
});
