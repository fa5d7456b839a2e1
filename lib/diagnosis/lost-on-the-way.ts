import { unlessCode } from '../base/has-code.ts';
import { type Hop, type Interface, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { settingsOfPort } from '../lab/port.ts';
import type { Cause } from '../model/cause.ts';
import { mayLeadTo } from '../trace/may-lead-to.ts';
import { holdersOf } from '../trace/owner.ts';
import { hopsOf } from '../trace/path.ts';
import { type Place, placesByTunnels, placesNearest } from '../trace/place.ts';
import { filteringIn } from '../trace/rules/rule-traces.ts';
import { solicitationOf } from '../trace/solicitation.ts';
import { isMulticastIp } from '../wire/ip-address.ts';
import { lostAddress, lostNextHop } from './causes/address.ts';
import { asRouted } from './causes/as-routed.ts';
import { causeBetween } from './causes/between.ts';
import { predictionAt } from './causes/by-model.ts';
import { silentGroup } from './causes/group.ts';
import { lostInRing } from './causes/hsr.ts';
import { idleProxyCause } from './causes/idle-proxy.ts';
import { lostInMacsec } from './causes/macsec.ts';
import { offLinkCause } from './causes/off-link.ts';
import { otherBridgeCause } from './causes/other-bridge.ts';
import { relativeCause } from './causes/relatives.ts';
import { routeFor } from './causes/route.ts';
import type { Known } from './causes/router.ts';
import { type FollowOuter, lostInOnlyTunnel, lostInPassage, lostInTunnel } from './causes/tunnel.ts';
import { lastBeforeUplink } from './causes/uplink.ts';
import { lostInWireguard } from './causes/wireguard.ts';
import { droppedAtEnd, droppedAtOnlyEnd, droppedOnArrival } from './dropped-at-end.ts';
import type { CauseAt, Loss } from './finding.ts';
import { deviceName } from './names.ts';

/** A cause on the way of a question, or of its answer. */
export type Located = CauseAt & Pick<Loss, 'of'>;

/** What kept a frame from the device, or from the host, that it was to go to. */
export function onTheWay(of: Loss['of'], path: Hop, to: Interface | Namespace, known: Known): Located | undefined {
  const tunnelled = lostInOnlyTunnel(path, known.since, lostOuter(known));
  if (tunnelled) return { of, ...tunnelled };
  const missed = lostInPassage(path, to, known.since, lostOuter(known));
  if (missed) return { of, ...missed };
  const secured = lostInWireguard(path);
  if (secured) return { of, ...secured };
  const signed = lostInMacsec(path, to, (way, lower) => onTheWay(of, way, lower, known)?.cause);
  if (signed) return { of, ...signed };
  const ringed = lostInRing(path, to);
  if (ringed) return { of, ...ringed };
  const places = placesOnTheWay(path, to);
  if (places.length === 0) {
    const left = lastBeforeUplink(path);
    return left ? { of, ...left } : noWay(of, path, to, known);
  }
  // A device that somebody deleted behind the lab's back cannot be asked for its settings.
  const lost = unlessCode(
    ['ENODEV'],
    () => lostBefore(places, known) ?? droppedAtOnlyEnd(path) ?? droppedOnArrival(path),
  );
  return lost && { of, ...lost };
}

/** What kept a frame, at one of several places, from its next step. */
function lostBefore(places: readonly Place[], known: Known): CauseAt | undefined {
  for (const { hop, step } of places) {
    const cause = step && causeBetween(step.here, step.next, hop.frame, known);
    if (cause) return { hop, cause };
  }
  return undefined;
}

/** Nobody here has the address: the last router to get the packet is where it ends. */
export function strayed(path: Hop, goal: string, { packets }: Known): Located | undefined {
  const left = lastBeforeUplink(path);
  if (left) return { of: 'probe', ...left };
  if (isMulticastIp(goal)) {
    const silent = silentGroup(path, goal);
    return silent && { of: 'probe', ...silent };
  }
  const router = hopsOf(path).findLast(
    ({ frame: { at, direction } }) => direction === 'in' && at.namespace.role === 'router',
  );
  // A question for a neighbour is passed on by nobody.
  if (!router || solicitationOf(path.frame.bytes)) {
    const idle = idleProxyCause(path) ?? { hop: path, cause: lostNextHop(path.frame.at.namespace, goal) };
    return { of: 'probe', ...idle };
  }
  const { namespace } = router.frame.at;
  // A host that does not forward is no router, and has given up the anycast addresses of its subnets (addrconf_leave_anycast).
  const routed = asRouted(router.frame, packets);
  // Its rules may have made another address of it.
  if (!routed) return undefined;
  const drops = predictionAt(router.frame, routed)?.drops ?? [];
  const off = drops.find(({ cause }) => cause.code === 'router.forwarding-off');
  if (off) return { of: 'probe', hop: router, cause: off.cause };
  const nobody: Cause = { code: 'router.no-holder', facts: { namespace: namespace.name, address: goal } };
  const lost = lostAddress(namespace.lab, goal);
  const unowned = lost.code === 'address.gone' ? lost : nobody;
  return { of: 'probe', hop: router, cause: routeFor(namespace, goal).cause ?? unowned };
}

/** The places that a frame got to on its way to a device, or at least to its host, which takes it by whichever device. */
export function placesOnTheWay(path: Hop, to: Interface | Namespace): Place[] {
  const nearest = placesNearest(path, to);
  const places = nearest.length > 0 || to instanceof Namespace ? nearest : placesNearest(path, to.namespace);
  // A port that takes nothing in is no obstacle where the frame came by another one, too.
  const open = places.length > 1 ? places.filter(({ hop }) => !isBlocked(hop.frame.at)) : places;
  return open.length > 0 ? open : places;
}

/** The end of a path's longest branch. */
export function lastOf(path: Hop): Hop {
  return hopsOf(path).reduce((last, hop) => (hop.frame.nanoseconds > last.frame.nanoseconds ? hop : last), path);
}

/**
 * What kept the outer packet of a tunnel from the host that it was for. No filter is traced for it: where one may have translated or
 * dropped it, there is no reason.
 */
export function lostOuter(known: Known): FollowOuter {
  return (path, goal) => {
    const { lab } = path.frame.at.namespace;
    const [holder, another] = holdersOf(lab, goal);
    const filtering = filteringIn(lab);
    if (another || hopsOf(path).some(({ frame: { at } }) => filtering.includes(at.namespace))) return undefined;
    if (!holder) return strayed(path, goal, known)?.cause;
    return onTheWay('probe', path, holder.device ?? holder.namespace, known)?.cause;
  };
}

/** No way that hairpin knows of: there may be one all the same, by kinds of links that it does not know. */
function noWay(of: Loss['of'], path: Hop, to: Interface | Namespace, known: Known): Located | undefined {
  const dropped = droppedAtEnd(path) ?? droppedOnArrival(path);
  const lost =
    dropped ?? lostInTunnel(path, known.since, lostOuter(known)) ?? lostBefore(placesByTunnels(path, to), known);
  if (lost) return { of, ...lost };
  const relative = relativeCause(path, to);
  if (relative) return { of, ...relative };
  const offLink = offLinkCause(path);
  if (offLink) return { of, ...offLink };
  const otherBridge = otherBridgeCause(path, to);
  if (otherBridge) return { of, ...otherBridge };
  if (mayLeadTo(path.frame.at, to)) return undefined;
  const facts = { from: deviceName(path.frame.at), to: String(to) };
  return { of, hop: path, cause: { code: 'link.unconnected', facts } };
}

function isBlocked(device: Interface): boolean {
  return device.isPort && stateIfThere(device) !== undefined && settingsOfPort(device).state !== 'forwarding';
}
