import { engineOf } from '../lab/engine.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { tcFilter } from '../netlink/filter.ts';
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

/** A filter that takes packets from a device, and sends them by another one (`mirred egress redirect`). */
export interface DeviceRedirect {
  device: Interface;
  side: 'ingress' | 'egress';
  to: Interface;
}

/** The qdiscs that have such filters, and for which side of the device. */
const SIDES: Readonly<Record<string, readonly DeviceRedirect['side'][]>> = {
  clsact: ['ingress', 'egress'],
  ingress: ['ingress'],
};

/**
 * Where filters of traffic control have sent packets of a namespace. Filters that never matched one are left out, and so are
 * `ingress redirect`s: there the packet stays in its host, as if it had come in by another device.
 */
export function readRedirects(namespace: Namespace): DeviceRedirect[] {
  const { rtnetlink } = engineOf(namespace);
  const deviceAt = (wanted: number) => namespace.interfaces.find(({ index }) => index === wanted);
  return rtnetlink.list(tcQdisc.all()).flatMap(({ device: index, kind }) => {
    const device = deviceAt(index);
    return (device ? (SIDES[kind] ?? []) : []).flatMap((side) =>
      rtnetlink.list(tcFilter.all({ device: index, side })).flatMap(({ redirects }) =>
        redirects.flatMap(({ by, to: target, packets }) => {
          const to = by === 'egress redirect' && packets > 0 ? deviceAt(target) : undefined;
          return device && to ? [{ device, side, to }] : [];
        }),
      ),
    );
  });
}
