import { MROUTE_TABLES, type Mroute } from '../netlink/routing/mroute.ts';
import { contains, ipToBytes, isRoutedGroup } from '../wire/ip-address.ts';
import type { IpPacket } from '../wire/ip-packet.ts';
import { multicastMac4, multicastMac6 } from '../wire/mac-address.ts';
import type { Cause, DeviceName } from './cause.ts';
import { exceedsMtu } from './exceeds-mtu.ts';
import { filtersOf } from './filters-of.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, transmitOn, unknown, type Verdict } from './prediction.ts';
import { domainOf, refusesSource } from './reverse-path.ts';

/** What a multicast router does with a packet for a group besides taking it: `ip_mr_input`, `ip6_mr_input`. Others do nothing. */
export function forwardToGroup(device: Device, frame: Frame, packet: IpPacket): readonly Verdict[] {
  const { family, destination } = packet;
  const { host, namespace } = device;
  const routes = host.mroutes.filter((each) => each.family === family);
  if (!isRoutedGroup(destination) || routes.length === 0) return [];
  const vague = filtersOf(device, packet) ?? whyUnknown(device, routes, packet);
  if (vague) return [unknown(vague)];
  const refused = refusesSource(device, packet);
  if (refused) return [refused];
  const route = routeFor(routes, packet, device.index);
  if (!route) {
    const cause = noUsableRoute(device, routes, packet);
    return [drop(cause, family === 4 ? 'ipmr_cache_unresolved' : 'ip6mr_cache_unresolved')];
  }
  if (route.input !== device.index)
    return [drop(wrongInput(device, route), family === 4 ? 'ip_mr_forward' : 'ip6_mr_forward')];
  return outputsOf(route, device.index).map(({ device: index, ttl }) => {
    const egress = device.inHost(index);
    return egress ? leave(egress, frame, packet, ttl) : unknown(`${namespace} has no device ${index}`);
  });
}

/** Why a router that got a packet for a group by one device does not send it out by another. Undefined: it does, or nobody knows. */
export function whyNotSent(device: Device, egress: Device, frame: Frame): Cause | undefined {
  const { packet } = frame;
  if (!packet || !isRoutedGroup(packet.destination)) return undefined;
  const wanted = { wanted: egress.name };
  const routes = device.host.mroutes.filter(({ family }) => family === packet.family);
  if (routes.length === 0) return noRoute(device, packet, wanted);
  const verdicts = forwardToGroup(device, frame, packet);
  if (verdicts.some(({ kind }) => kind === 'unknown')) return undefined;
  const drops = verdicts.filter((each) => each.kind === 'drop');
  const dropped = drops.find(({ towards }) => !towards || towards.index === egress.index)?.cause;
  if (dropped) return dropped.code === 'mroute.none' ? noRoute(device, packet, wanted) : dropped;
  if (verdicts.some((each) => each.kind === 'on' && each.to.index === egress.index)) return undefined;
  const route = routeFor(routes, packet, device.index);
  return route && { code: 'mroute.not-out', facts: { device: egress.name, ...keyOf(route) } };
}

/** The route of the packet's source and group; else one for any source that has the device as an output (`ipmr_cache_find_any`). */
function routeFor(routes: readonly Mroute[], { source, destination }: IpPacket, input: number): Mroute | undefined {
  const ofGroup = routes.filter(({ group, unresolved }) => group === destination && !unresolved);
  const exact = ofGroup.find((each) => each.source === source);
  return (
    exact ?? ofGroup.find((each) => each.source === undefined && each.outputs.some(({ device }) => device === input))
  );
}

/** A route for any source does not send a packet back by the device that it came in by (`ip_mr_forward`). */
function outputsOf({ source, outputs }: Mroute, input: number): Mroute['outputs'] {
  return source === undefined ? outputs.filter(({ device }) => device !== input) : outputs;
}

/** Sends the packet out by a device, to all on its link: a group needs no neighbour (`ipmr_queue_xmit`, `ip6mr_forward2`). */
function leave(egress: Device, frame: Frame, { family, destination }: IpPacket, threshold: number): Verdict {
  const { hopLimit } = frame;
  const where = family === 4 ? 'ip_mr_forward' : 'ip6_mr_forward';
  if (hopLimit !== undefined && hopLimit <= threshold) {
    const facts = { device: egress.name, group: destination, ttl: hopLimit, threshold };
    return drop({ code: 'mroute.ttl', facts }, where, { towards: egress });
  }
  const tooLong = exceedsMtu(egress, frame, family === 4 ? 'ipmr_queue_xmit' : 'ip6_fragment');
  // The kernel gives no reason for these.
  if (tooLong) return tooLong.kind === 'drop' ? { ...tooLong, reason: undefined, towards: egress } : tooLong;
  const mac = family === 4 ? multicastMac4(destination) : multicastMac6(ipToBytes(destination));
  return transmitOn(egress, {
    ...frame,
    source: egress.link.mac,
    destination: mac,
    hopLimit: hopLimit && hopLimit - 1,
  });
}

/** A route of any source that wants another interface is not found at all, unless this one is among its outputs (`mr_mfc_find_any`). */
function noUsableRoute(device: Device, routes: readonly Mroute[], packet: IpPacket): Cause {
  const other = routes.find(
    ({ group, source, input, unresolved }) =>
      group === packet.destination && source === undefined && !unresolved && input !== device.index,
  );
  return other ? wrongInput(device, other) : noRoute(device, packet);
}

function wrongInput(device: Device, route: Mroute): Cause {
  const wanted = device.inHost(route.input ?? 0)?.name;
  return { code: 'mroute.wrong-in', facts: { device: device.name, ...keyOf(route), ...(wanted && { wanted }) } };
}

function noRoute({ name }: Device, { source, destination }: IpPacket, more: { wanted?: DeviceName } = {}): Cause {
  return { code: 'mroute.none', facts: { device: name, group: destination, source, ...more } };
}

function keyOf({ group, source }: Mroute): { group: string; source?: string } {
  return { group, ...(source === undefined ? {} : { source }) };
}

/** Routes that the model does not follow. */
function whyUnknown(device: Device, routes: readonly Mroute[], { destination }: IpPacket): string | undefined {
  const { namespace, host } = device;
  if (domainOf(device) !== device) return `${device} belongs to a VRF, and ${namespace} is a multicast router`;
  if (routes.some(({ table, family }) => table !== MROUTE_TABLES[family]))
    return `${namespace} has several tables of multicast routes`;
  // mr_mfc_find_any_parent: with a route for all groups, packets of other routes may come in by more interfaces.
  if (routes.some(({ group }) => group === '0.0.0.0' || group === '::'))
    return `${namespace} has a multicast route for all groups`;
  // __mkroute_output: a route for groups only is followed to its next hop. The default route is not.
  const leads = host.routes.some(({ to, via }) => via !== undefined && to.length >= 4 && contains(to, destination));
  return leads ? `${namespace} has a route to ${destination} by a next hop` : undefined;
}
