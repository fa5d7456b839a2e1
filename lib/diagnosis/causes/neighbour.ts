import { type CapturedFrame, type Interface, type Ipvlan, isLink, type Lab, type Namespace } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import type { Asked, Cause, CauseOf } from '../../model/cause.ts';
import { Capture } from '../../trace/capture.ts';
import { ownerOf } from '../../trace/owner.ts';
import { advertised, solicitationOf } from '../../trace/solicitation.ts';
import { contains } from '../../wire/ip-address.ts';
import { deviceName } from '../names.ts';
import { reversePathCause } from './reverse-path.ts';
import { routeFor } from './route.ts';

/** `RT_SCOPE_HOST` */
const SCOPE_HOST = 254;

/** Why a device answers no question for an address. */
type Silence = CauseOf<
  'neighbour.arp-off' | 'neighbour.arp-ignore' | 'neighbour.other-device' | 'host.rp-filter' | 'address.own-source'
>;

/**
 * Why a host that wanted to send to an address did not: nobody has told it the MAC address of its next hop.
 *
 * @param since when the question began whose packet it is, in nanoseconds by the clock of the taps. An entry that has failed is
 * asked for again with the next packet (`__neigh_event_send`); what nobody answered before is no word on this question
 */
export function neighbourCause(namespace: Namespace, address: string, since: bigint): Cause | undefined {
  const { route } = routeFor(namespace, address);
  if (!route) return undefined;
  const hop = route.via ?? address;
  // A table has an entry a device: what was learnt at another one does not count.
  const entry = namespace.neighbour.list().find(({ to, device }) => to === hop && device === route.device);
  const asked = lastQuestion(namespace, hop, since);
  if ((!asked && namespace.lab.taps) || (entry && !['INCOMPLETE', 'FAILED'].includes(entry.state))) return undefined;
  // One that failed goes at any time where the table, which all namespaces share, is large (neigh_periodic_work).
  if (!entry && !asked) return undefined;
  const owner = ownerOf(namespace.lab, hop);
  if (asked && owner && wasAnswered(asked, owner.namespace, hop)) return lostAnswer(asked, owner, hop);
  const question = { by: namespace.name, address: hop };
  if (isLink(owner, ipvlan) && owner.mode !== 'l2') return noNeighbours(owner, question);
  const silent = owner && asked && silenceOf(asked, owner, hop);
  return silent ? ofQuestion(silent, question) : { code: 'neighbour.unanswered', facts: { asked: question } };
}

/** Without ARP a device sends whatever it sends to its own MAC address (`ndisc_constructor`). */
function lostAnswer(asked: CapturedFrame, owner: Interface, address: string): Cause {
  const question = { by: asked.at.namespace.name, address, answeredBy: owner.namespace.name };
  const by = arrivalOf(asked, owner);
  return by && !by.state().arp
    ? ofQuestion(withoutArp(by), question)
    : { code: 'neighbour.answer-lost', facts: { asked: question } };
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

function wasAnswered(
  { at: { namespace }, nanoseconds: since }: CapturedFrame,
  owner: Namespace,
  address: string,
): boolean {
  return framesSince(namespace.lab, since).some(
    ({ at, direction, bytes }) => direction === 'out' && at.namespace === owner && advertised(bytes) === address,
  );
}

/**
 * Why a host does not answer: by the device that the question came to, which need not be the one with the address
 * (`arp_process`; of IPv6 it must be, `ndisc_recv_ns`). Undefined where it did not come.
 */
function silenceOf(asked: CapturedFrame, owner: Interface, address: string): Silence | undefined {
  const arrival = arrivalOf(asked, owner);
  if (!arrival) return undefined;
  if (!address.includes(':')) return arpSilence(arrival, address, solicitationOf(asked.bytes)?.source);
  if (arrival !== owner) {
    return {
      code: 'neighbour.other-device',
      facts: { device: deviceName(arrival), owner: deviceName(owner), address },
    };
  }
  return arrival.state().arp ? undefined : withoutArp(arrival);
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

/** It takes no ARP in (`arp_rcv`), and no solicited-node group is joined on it (`addrconf_join_solict`). */
export function withoutArp(device: Interface): CauseOf<'neighbour.arp-off'> {
  return { code: 'neighbour.arp-off', facts: { device: deviceName(device) } };
}

/** In modes l3 and l3s an ipvlan has no ARP and no ND (`ipvlan_set_port_mode`). */
export function noNeighbours(ipvlan: Ipvlan, asked?: Asked): CauseOf<'ipvlan.no-neighbours'> {
  const facts = { device: deviceName(ipvlan), mode: ipvlan.mode, parent: deviceName(ipvlan.parent) };
  return { code: 'ipvlan.no-neighbours', facts: { ...facts, ...(asked ? { asked } : {}) } };
}

/** A reason for silence, of a question that had no answer. */
function ofQuestion({ code, facts }: Silence, asked: Asked): Cause {
  return { code, facts: { ...facts, asked } } as Cause;
}

/**
 * Why a device answers no question for an address (`arp_ignore`, of which the greater value of `all` and its own counts),
 * or none at all.
 *
 * @param asker who asks; where nobody knows, only what holds for all askers is told
 */
export function arpSilence(device: Interface, target: string, asker?: string): Silence | undefined {
  const { namespace, name } = device;
  if (!device.state().arp) return withoutArp(device);
  // arp_process looks for a way to the asker (ip_route_input_noref) before it answers.
  const reverse = asker === undefined ? undefined : reversePathCause(device, asker);
  if (reverse) return reverse;
  const values = ['all', name].map((which) => Number(namespace.sysctl.get(`net/ipv4/conf/${which}/arp_ignore`)));
  const ignore = Math.max(...values);
  const own = device.address.list().find(({ address }) => address === target);
  const ignores =
    (ignore === 1 && !own) ||
    (ignore === 2 && (!own || (asker !== undefined && !contains(own, asker)))) ||
    (ignore === 3 && own?.scope === SCOPE_HOST) ||
    ignore === 8;
  if (!ignores) return undefined;
  return { code: 'neighbour.arp-ignore', facts: { device: deviceName(device), address: target, value: ignore } };
}
