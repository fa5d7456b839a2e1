import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { deviceAt } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { CapturedFrame, Interface, Lab, Namespace } from '../../lab/index.ts';
import { listNeighbours } from '../../lab/tables/list-neighbours.ts';
import type { Asked, Cause, Code } from '../../model/cause.ts';
import { whySilent, withoutNeighbours } from '../../model/neighbour.ts';
import { Capture } from '../../trace/capture.ts';
import { ownerOf } from '../../trace/owner.ts';
import { advertised, solicitationOf } from '../../trace/solicitation.ts';
import { familyOf, isLinkLocal } from '../../wire/ip-address.ts';
import { deviceName } from '../names.ts';
import { modelled } from './by-model.ts';
import { lossCause } from './impairment.ts';
import { sendingCause } from './link.ts';
import { routeFor } from './route.ts';

/**
 * Why a host that wanted to send to an address did not: nobody has told it the MAC address of its next hop.
 *
 * @param since when the question began whose packet it is, in nanoseconds by the clock of the taps. An entry that has failed is
 * asked for again with the next packet (`__neigh_event_send`); what nobody answered before is no word on this question
 * @param route that the packet takes
 */
export function neighbourCause(
  namespace: Namespace,
  address: string,
  since: bigint,
  route = routeFor(namespace, address).route,
): Cause | undefined {
  if (!route) return undefined;
  const hop = route.via ?? address;
  // A table has an entry a device: what was learnt at another one does not count.
  const entry = listNeighbours(namespace).find(({ to, device }) => to === hop && device === route.device);
  const asked = lastQuestion(namespace, hop, since);
  if (entry && !['INCOMPLETE', 'FAILED'].includes(entry.state)) return undefined;
  if (!asked && namespace.lab.taps) return unaskedCause(deviceAt(namespace, route.device), hop);
  // One that failed goes at any time where the table, which all namespaces share, is large (neigh_periodic_work).
  if (!entry && !asked) return undefined;
  const owner = ownerOf(namespace.lab, hop);
  if (asked && owner && wasAnswered(asked, owner.namespace, hop))
    return lostAnswer(asked, owner, hop, deviceAt(namespace, route.device));
  const question = { by: namespace.name, address: hop };
  const arrival = owner && asked && arrivalOf(asked, owner);
  const without = owner && withoutNeighboursOf(owner);
  if (without?.code === 'ipvlan.no-neighbours') return ofQuestion(without, question);
  // The device that the question came to need not be the one with the address.
  const silent = arrival && silenceOf(arrival, hop, asked && solicitationOf(asked.bytes)?.source);
  if (silent) return ofQuestion(silent, question);
  // An answer that the device did not send was never seen to leave.
  return (
    (arrival && (sendingCause(arrival) ?? lossCause(arrival))) ?? {
      code: 'neighbour.unanswered',
      facts: { asked: question },
    }
  );
}

/**
 * Why a host asks nobody for the MAC address of its next hop: it may send no question (`__neigh_event_send`), or has no address to ask from.
 * ND is asked from a link-local address, unless the packet comes from an address of the device (`ndisc_solicit`).
 */
export function unaskedCause(device: Interface | undefined, address: string): Cause | undefined {
  if (!device || withoutNeighboursOf(device)) return undefined;
  const { name, namespace } = device;
  const family = familyOf(address) ?? 4;
  const asked = { by: namespace.name, address };
  const sysctl = `net/ipv${family}/neigh/${name}/mcast_solicit`;
  if (readSysctls(engineOf(namespace).netns, [sysctl]).get(sysctl) === '0')
    return { code: 'neighbour.no-questions', facts: { device: deviceName(device), sysctl, asked } };
  if (family === 4) return undefined;
  const own = device.address.list().filter(({ family }) => family === 6);
  // Without IPv6 it has other reasons. One that is still being looked for does not serve (ipv6_get_lladdr).
  if (own.length === 0 || own.some(({ address, tentative }) => isLinkLocal(address) && !tentative)) return undefined;
  return { code: 'neighbour.no-link-local', facts: { device: deviceName(device), asked } };
}

/** Without ARP a device sends whatever it sends to its own MAC address (`ndisc_constructor`). */
function lostAnswer(asked: CapturedFrame, owner: Interface, address: string, asker: Interface | undefined): Cause {
  const question = { by: asked.at.namespace.name, address, answeredBy: owner.namespace.name };
  const arrival = arrivalOf(asked, owner);
  const without = arrival && withoutNeighboursOf(arrival);
  if (without) return ofQuestion(without, question);
  const bridge = asker?.bridge;
  const by = asker && bridge ? { by: { port: deviceName(asker), bridge: deviceName(bridge) } } : {};
  return { code: 'neighbour.answer-lost', facts: { asked: question, ...by } };
}

/** The last time that it was seen to ask. */
function lastQuestion({ lab, interfaces }: Namespace, address: string, since: bigint): CapturedFrame | undefined {
  return framesSince(lab, since).findLast(
    ({ at, direction, bytes }) =>
      direction === 'out' && interfaces.includes(at) && solicitationOf(bytes)?.target === address,
  );
}

function framesSince(lab: Lab, since: bigint): readonly CapturedFrame[] {
  return lab.taps ? Capture.of(lab).since(since) : [];
}

/** Whether a host answered a question for an address. */
export function wasAnswered(
  { at: { namespace }, nanoseconds: since }: CapturedFrame,
  owner: Namespace,
  address: string,
): boolean {
  return framesSince(namespace.lab, since).some(
    ({ at, direction, bytes }) => direction === 'out' && at.namespace === owner && advertised(bytes) === address,
  );
}

/** The device of a host that a question for an address came to: the one that has it, if it came there. */
function arrivalOf({ identity, nanoseconds }: CapturedFrame, owner: Interface): Interface | undefined {
  const { namespace } = owner;
  const devices = framesSince(namespace.lab, nanoseconds).flatMap((frame) =>
    frame.direction === 'in' && frame.at.namespace === namespace && frame.identity === identity ? [frame.at] : [],
  );
  // Behind a port it is the bridge that IP gets it by.
  return devices.find((device) => device === owner) ?? devices.find((device) => !device.isPort);
}

/**
 * The neighbour that a router asked for, and that did not answer, where nobody knows which route the packet takes. Undefined where some
 * neighbour answered it: then the packet may have been for that one.
 */
export function silentNeighbour({ name, lab, interfaces }: Namespace, since: bigint): Cause | undefined {
  const frames = framesSince(lab, since);
  const asked = frames.flatMap(({ at, direction, bytes }) => {
    const target = direction === 'out' && interfaces.includes(at) ? solicitationOf(bytes)?.target : undefined;
    return target === undefined ? [] : [target];
  });
  const address = asked.at(-1);
  if (address === undefined || frames.some(({ bytes }) => asked.includes(advertised(bytes) ?? ''))) return undefined;
  return { code: 'neighbour.unanswered', facts: { asked: { by: name, address } } };
}

/** Why a device neither asks for neighbours nor answers. */
export function withoutNeighboursOf(device: Interface): Cause | undefined {
  const known = modelled(device);
  return known && withoutNeighbours(known);
}

/** What is said of an address alone. */
const OF_ADDRESS: readonly Code[] = [
  ...(['address.elsewhere', 'address.not-local', 'address.duplicate', 'address.tentative'] as const),
];

/** A reason for silence, of a question that had no answer. */
function ofQuestion(cause: Cause, asked: Asked): Cause {
  return OF_ADDRESS.includes(cause.code) ? cause : ({ ...cause, facts: { ...cause.facts, asked } } as Cause);
}

/**
 * Why a device that got a question for an address does not answer it.
 *
 * @param asker who asks; where nobody knows, only what holds for all askers is told
 */
export function silenceOf(device: Interface, target: string, asker?: string): Cause | undefined {
  const hearer = modelled(device);
  const silence = hearer && whySilent(hearer, { family: familyOf(target) ?? 4, target, asker });
  return silence?.kind === 'drop' ? silence.cause : undefined;
}
