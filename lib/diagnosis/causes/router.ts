import type { CapturedFrame, Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { expectedWay, type Step } from '../../trace/expected-way.ts';
import { hasKnownEnd } from '../../trace/may-lead-to.ts';
import { ownerOf } from '../../trace/owner.ts';
import { isMulticastIp } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';
import { predictionAt } from './by-model.ts';
import { linkCause } from './link.ts';
import { mrouteCause } from './mroute.ts';
import { neighbourCause } from './neighbour.ts';
import { hasSeveralHops, routeFor } from './route.ts';

/**
 * Why a packet that came in by one interface of a host was not passed on by another (`ip_forward`).
 *
 * @param since when the question began whose packet it is, in nanoseconds by the clock of the taps
 */
export function routerCause(here: Step, next: Step, frame: CapturedFrame, since: bigint): Cause | undefined {
  const { namespace } = here.at;
  const packet = ipPacketOf(withoutVlanTags(frame.bytes));
  if (!packet) return { code: 'router.not-a-switch', facts: { namespace: namespace.name } };
  const { destination } = packet;
  if (isMulticastIp(destination)) return mrouteCause(here, next, frame);
  const silence = neighbourCause(namespace, destination, since);
  const cause = predictionAt(here, frame)?.drops.find(({ towards }) => !towards)?.cause;
  if (cause?.code === 'router.forwarding-off') return cause;
  const { route } = routeFor(namespace, destination);
  const chosen = namespace.interfaces.find(({ index }) => index === route?.device);
  // The shortest way is not the only one, and where a tunnel leads nobody knows.
  const by = chosen && (leadsTo(chosen, destination) || !hasKnownEnd(chosen)) ? chosen : next.at;
  // With a link its routes are gone: the link is the cause.
  const broken = linkCause(by) ?? withoutCarrier(by);
  if (broken) return broken;
  // Who did not answer is better seen than predicted.
  if (cause && cause.code !== 'neighbour.unanswered' && cause.code !== 'neighbour.answer-lost') return cause;
  // Which of several next hops it is depends on the packet (fib_select_multipath).
  if (!route || hasSeveralHops(namespace, destination)) return undefined;
  // By the loopback: a translation may have made the packet its own before the routes were asked.
  if (route.device !== by.index) return chosen && otherDevice(destination, chosen, by);
  return silence;
}

/** A tunnel, or a program's own device: what is down below it nobody knows. */
function withoutCarrier(device: Interface): Cause | undefined {
  return device.state().carrier ? undefined : { code: 'link.no-carrier', facts: { device: deviceName(device) } };
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
