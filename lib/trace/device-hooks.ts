import { tcxPrograms } from '../kernel/tables/tcx-programs.ts';
import { deviceAt } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { ipLink } from '../netlink/link.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import { listFilters, type PlacedFilter } from '../netlink/tc/list-filters.ts';
import { tcQdisc } from '../netlink/tc/qdisc.ts';

/** What somebody put at the devices of a namespace, where packets pass. */
interface DeviceHooks {
  /** Whether a BPF program gets the packets of a device, by XDP or tcx. */
  hasPrograms: boolean;
  /** The kinds of the queueing disciplines that were given, not the kernel's own. */
  qdiscs: string[];
}

/** @param links of the namespace, where they have been read already */
export function readDeviceHooks(
  namespace: Namespace,
  links = engineOf(namespace).rtnetlink.list(ipLink.all()),
): DeviceHooks {
  const { rtnetlink, netns } = engineOf(namespace);
  const qdiscs = rtnetlink.list(tcQdisc.all());
  const indexes = links.map(({ index }) => index);
  return {
    hasPrograms: links.some(({ xdp }) => xdp) || tcxPrograms(netns, indexes).length > 0,
    qdiscs: qdiscs.filter(({ isGiven }) => isGiven).map(({ kind }) => kind),
  };
}

/** A filter that takes packets from a device, and hands them to another one (`mirred`). */
export interface DeviceRedirect {
  device: Interface;
  side: 'ingress' | 'egress';
  to: Interface;
  /** `in`: as if the packet had come in there (`ingress redirect`). */
  direction: 'out' | 'in';
  /** The kind of the qdisc that has the filter, if that qdisc is classful. */
  qdisc?: string | undefined;
}

/** Where filters of traffic control have sent packets of a namespace. Filters that never matched one are left out. */
export function readRedirects(namespace: Namespace): DeviceRedirect[] {
  return readFilters(namespace).flatMap(({ device: index, side, qdisc, redirects }) => {
    const device = deviceAt(namespace, index);
    return redirects.flatMap(({ by, to: target, packets }) => {
      const direction = DIRECTIONS[by];
      const to = direction && packets > 0 ? deviceAt(namespace, target) : undefined;
      return device && to && direction ? [{ device, side, to, direction, qdisc }] : [];
    });
  });
}

const DIRECTIONS: Readonly<Record<string, DeviceRedirect['direction']>> = {
  'egress redirect': 'out',
  'ingress redirect': 'in',
};

/** All filters of traffic control in a namespace. */
export function readFilters(namespace: Namespace): PlacedFilter[] {
  return listFilters(engineOf(namespace).rtnetlink);
}

/** A BPF program at a device, as `ip -d link` and `tc filter` name it. */
interface DeviceProgram {
  hook: 'xdp' | 'tc ingress' | 'tc egress';
  id: number | undefined;
  name: string | undefined;
  /** It is attached by tcx, without a filter. */
  tcx?: true;
}

/** The BPF programs that get a device's packets, in the order in which they run (`sch_handle_ingress`); none if the device is gone. */
export function readPrograms(device: Interface): DeviceProgram[] {
  const link = stateIfThere(device);
  if (!link) return [];
  const { rtnetlink, netns } = engineOf(device.namespace);
  const { index } = link;
  const xdp = link.xdp ? [{ hook: 'xdp' as const, id: link.xdpProgram, name: undefined }] : [];
  const tcx = tcxPrograms(netns, [index]).map(({ side, id }) => ({
    ...{ hook: `tc ${side}` as const, id, name: undefined, tcx: true as const },
  }));
  const filters = filtersAt(rtnetlink, index).flatMap(({ side, program }) =>
    program ? [{ hook: `tc ${side}` as const, ...program }] : [],
  );
  return [...xdp, ...tcx, ...filters];
}

/**
 * Whether a packet that came in by a device may be another one by the time that its host looks at it, since a program or an action of
 * traffic control may change it after the taps saw it (`__netif_receive_skb_core`).
 */
export function mayChangeAtIngress(device: Interface): boolean {
  const link = stateIfThere(device);
  if (!link) return false;
  const { rtnetlink, netns } = engineOf(device.namespace);
  const filters = filtersAt(rtnetlink, link.index).filter(({ side }) => side === 'ingress');
  return (
    tcxPrograms(netns, [link.index]).some(({ side }) => side === 'ingress') ||
    filters.some(({ program, actions }) => program || actions.some((kind) => !UNCHANGING.has(kind)))
  );
}

/** The actions that leave a packet as it is. */
const UNCHANGING = new Set('connmark gact mirred police sample simple skbedit'.split(' '));

function filtersAt(rtnetlink: NetlinkSocket, device: number): PlacedFilter[] {
  return listFilters(rtnetlink, device).filter(({ qdisc }) => qdisc === undefined);
}
