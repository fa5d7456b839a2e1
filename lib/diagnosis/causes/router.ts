import { deviceAt } from '../../lab/device-at.ts';
import type { CapturedFrame, Interface } from '../../lab/index.ts';
import { hasChoosyRules } from '../../lab/tables/route-to.ts';
import type { Cause } from '../../model/cause.ts';
import { readFrame } from '../../model/frame.ts';
import { whyNotSent } from '../../model/mroute.ts';
import { expectedWay, type Step } from '../../trace/expected-way.ts';
import { hasKnownEnd } from '../../trace/may-lead-to.ts';
import { ownerOf } from '../../trace/owner.ts';
import type { TracedPacket } from '../../trace/rules/follow-packets.ts';
import { destinationOf } from '../../trace/translation.ts';
import { familyOf, isMulticastIp } from '../../wire/ip-address.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import { deviceName } from '../names.ts';
import { asRouted } from './as-routed.ts';
import { modelled, predictionAt } from './by-model.ts';
import { linkCause, sendingCause } from './link.ts';
import { neighbourCause } from './neighbour.ts';
import { hasSeveralHops, routeFor } from './route.ts';
import { routeOfPacket } from './rules.ts';
import { unusedRoute } from './unused-route.ts';

/** What is known beside the frames of a path. */
export interface Known {
  /** When the question began whose packet it is, in nanoseconds by the clock of the taps. */
  since: bigint;
  /** What packet filters made of packets, as the kernel tells. */
  packets: readonly TracedPacket[];
}

/** Why a packet that came in by one interface of a host was not passed on by another (`ip_forward`). */
export function routerCause(
  here: Step,
  next: Step,
  frame: CapturedFrame,
  { since, packets }: Known,
): Cause | undefined {
  const { namespace } = here.at;
  const asked = destinationOf(frame.bytes);
  if (asked === undefined) return { code: 'router.not-a-switch', facts: { namespace: namespace.name } };
  if (isMulticastIp(asked)) return mrouteCause(here, next, frame);
  const routed = asRouted(frame, packets);
  const destination = routed && destinationOf(routed.bytes);
  if (!routed || destination === undefined) return undefined;
  const packet = packetBehindTags(routed.bytes);
  const byRules = packet ? routeOfPacket(here.at, packet) : {};
  const { route = byRules.route, cause: unrouted } = routeFor(namespace, destination);
  const silence = neighbourCause(namespace, destination, since, route);
  const cause = predictionAt(here, routed)?.drops.find(({ towards }) => !towards)?.cause;
  if (cause?.code === 'router.forwarding-off') return cause;
  const chosen = deviceAt(namespace, route?.device);
  // The shortest way is not the only one, and where a tunnel leads nobody knows.
  const by = chosen && (leadsTo(chosen, destination) || !hasKnownEnd(chosen)) ? chosen : next.at;
  // With a link its routes are gone: the link is the cause. But a rule may have meant another way than the shortest.
  const isKnown = chosen !== undefined || !hasChoosyRules(namespace, familyOf(destination) ?? 4);
  const broken = isKnown ? sendingCause(by) : undefined;
  if (broken) return broken;
  // Who did not answer is better seen than predicted.
  if (cause && cause.code !== 'neighbour.unanswered' && cause.code !== 'neighbour.answer-lost') {
    if (cause.code === 'route.none' && cause.facts.vrf)
      return { ...cause, facts: { ...cause.facts, ...unusedRoute(namespace, destination) } };
    return [unrouted, byRules.cause].find((each) => each?.code === cause.code) ?? cause;
  }
  if (byRules.cause) return byRules.cause;
  // Which of several next hops it is depends on the packet (fib_select_multipath).
  if (!route || hasSeveralHops(namespace, destination)) return undefined;
  // By the loopback: a translation may have made the packet its own before the routes were asked.
  if (route.device !== by.index) return chosen && otherDevice(destination, chosen, by);
  return silence;
}

function otherDevice(to: string, device: Interface, wanted: Interface): Cause {
  const { name: namespace } = device.namespace;
  return {
    code: 'route.other-device',
    facts: { namespace, to, device: deviceName(device), wanted: deviceName(wanted) },
  };
}

function leadsTo(device: Interface, destination: string): boolean {
  // A host takes what is for it by whichever device.
  const to = ownerOf(device.namespace.lab, destination)?.namespace;
  return (
    to !== undefined && expectedWay({ at: device, direction: 'out' }, { to, sender: device.namespace }) !== undefined
  );
}

/** Why a router that got a packet for a group by one interface did not send it out by another. */
function mrouteCause(here: Step, next: Step, { bytes, originalLength }: CapturedFrame): Cause | undefined {
  const frame = readFrame(bytes, originalLength);
  const device = modelled(here.at);
  const egress = device?.inHost(next.at.index);
  if (!frame || !device || !egress) return undefined;
  return linkCause(next.at) ?? whyNotSent(device, egress, frame);
}
