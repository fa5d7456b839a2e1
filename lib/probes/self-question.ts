import { LOOPBACK_IFINDEX } from '../kernel/constants.ts';
import { deviceWith } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Lab, Namespace } from '../lab/index.ts';
import { routeIfAny } from '../lab/tables/route-to.ts';
import { ipLink } from '../netlink/link.ts';
import { contains } from '../wire/ip-address.ts';
import { ask } from './ask.ts';
import type { Asker } from './asker.ts';
import { type EchoLimit, echoLimitOf } from './echo-limit.ts';
import type { Listener } from './listener.ts';
import type { Quiet } from './patience.ts';
import type { Question } from './question.ts';
import { linkFault } from './source.ts';

/** How long a namespace may take to answer itself, in milliseconds. The kernel takes 0.1; a program may take longer. */
const PATIENCE = 500;

/**
 * The positive control of a negative: puts the question to the target from within, where no network is in between. If the target
 * answers neither itself nor a host on its own link, its silence towards others says nothing of the network.
 *
 * @param openAsker for the same question, asked by another
 * @returns why nobody could have had an answer; undefined when the target answers
 */
export async function whyNobodyAnswers(
  { from, to, family }: Pick<Question, 'from' | 'to' | 'family'>,
  by: string,
  openAsker: (question: Question) => Asker,
  { quiet, listener }: { quiet?: (() => Quiet) | undefined; listener?: Listener | undefined } = {},
): Promise<string | undefined> {
  const { address } = to;
  const namespace = to.namespace ?? holderOf(from.lab, address);
  // Beyond a real NIC there is nobody whom hairpin could ask from within.
  if (!namespace) return engineOf(from.lab).hasUplink ? undefined : `no namespace of the lab has ${address}`;
  const device = deviceWith(namespace, address);
  const fault = device && linkFault(device);
  if (fault) return `${device}, which has ${address}, ${fault}`;
  // There is no ARP, and no ND, over a loopback.
  if (by === 'arp' || by === 'nd') return undefined;
  const source = { address, device: device ?? from.interfaces[0] ?? namespace.interface() };
  using asker = openAsker({ from: namespace, source, to: { address, namespace }, family, bound: undefined });
  const patience = { milliseconds: PATIENCE, quiet, untilQuiet: true };
  const { outcome } = await ask(asker, patience, listener);
  if (outcome === 'answered' || outcome === 'refused') return undefined;
  // It may still answer others: its lo may be down, or a packet filter may drop what comes from lo.
  for (const neighbour of neighboursOf(device, family).filter((each) => each.source.device.namespace !== from)) {
    using another = openAsker({ ...neighbour, to: { address, namespace }, family });
    const other = await ask(another, patience, listener);
    if (other.outcome === 'answered') return undefined;
  }
  if (isLoopbackDown(namespace)) return `${namespace} cannot be asked from within, for its lo is down`;
  return `${namespace} does not even answer itself`;
}

/** How a target limits its answers. A question from within does not show it. */
export function limitOfTarget(
  { from, to, family }: Pick<Question, 'from' | 'to' | 'family'>,
  by: string,
): EchoLimit | undefined {
  const namespace = by === 'icmp' ? (to.namespace ?? holderOf(from.lab, to.address)) : undefined;
  return namespace && echoLimitOf(namespace, family);
}

/** The most hosts of a link that are asked. */
const MOST_NEIGHBOURS = 3;

/** The other hosts on the link of a device that have an address in its subnet: no router is in between. */
function neighboursOf(
  device: Interface | undefined,
  family: Question['family'],
): Pick<Question, 'from' | 'source' | 'bound'>[] {
  if (!device) return [];
  const { lab } = device.namespace;
  const prefixes = device.address.list().filter((each) => each.family === family);
  const isOnLink = (other: Interface) =>
    other === device.peer || (device.segment !== undefined && other.segment === device.segment);
  return lab.namespaces
    .filter((each) => each !== device.namespace && each.role !== 'switch')
    .flatMap(({ interfaces }) => interfaces.filter((other) => isOnLink(other) && linkFault(other) === undefined))
    .flatMap((other) => {
      const own = other.address.list().find((each) => prefixes.some((prefix) => contains(prefix, each.address)));
      const source = own && { address: own.address, device: other };
      return source ? [{ from: other.namespace, source, bound: undefined }] : [];
    })
    .slice(0, MOST_NEIGHBOURS);
}

/** A namespace's packets to itself leave by its loopback (`ip_route_output_key_hash_rcu`). A lab sets it up. */
function isLoopbackDown(namespace: Namespace): boolean {
  const links = engineOf(namespace).rtnetlink.list(ipLink.all());
  return links.some(({ index, up }) => index === LOOPBACK_IFINDEX && !up);
}

/** Who has an address on a device that the lab did not make. */
function holderOf(lab: Lab, address: string): Namespace | undefined {
  // ip_route_input: what is local leaves by the loopback.
  return lab.namespaces.find((namespace) => routeIfAny(namespace, address)?.device === LOOPBACK_IFINDEX);
}
