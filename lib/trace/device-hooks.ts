import { engineOf } from '../lab/engine.ts';
import type { Namespace } from '../lab/index.ts';
import { ipLink } from '../netlink/link.ts';
import { tcQdisc } from '../netlink/qdisc.ts';

/** What somebody put at the devices of a namespace, where packets pass. */
export interface DeviceHooks {
  hasXdp: boolean;
  /** The kinds of the queueing disciplines that were given, not the kernel's own. */
  qdiscs: string[];
}

/** @param links of the namespace, where they have been read already */
export function readDeviceHooks(
  namespace: Namespace,
  links = engineOf(namespace).rtnetlink.list(ipLink.all()),
): DeviceHooks {
  const qdiscs = engineOf(namespace).rtnetlink.list(tcQdisc.all());
  return {
    hasXdp: links.some(({ xdp }) => xdp),
    qdiscs: qdiscs.filter(({ isGiven }) => isGiven).map(({ kind }) => kind),
  };
}
