import { hasForeignSockets } from '../kernel/sockets/foreign-sockets.ts';
import { devicesWithGro } from '../kernel/sockets/receive-offload.ts';
import { deviceAt } from '../lab/device-at.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import { Interface, type Lab, type Namespace } from '../lab/index.ts';
import { somebodyLivesIn } from '../lab/programs/processes.ts';
import { bridge } from '../links/bridge.ts';
import { kindOf } from '../links/registry.ts';
import { veth } from '../links/veth.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { hasFiltersAtDevices } from '../netlink/netfilter/packet-filters.ts';
import { hasIpsec } from '../netlink/xfrm/ipsec.ts';
import {
  connectionsOfServers,
  isLeftToChance,
  mayDifferAtDevices,
  mayLoseRequests,
  mayMeetProgram,
  probesOfMembers,
  probesOfSharedPorts,
} from './chance.ts';
import { mayRememberAtRoutes, probesOfRoutes, routesByGivenPort } from './chance-of-routes.ts';
import { readDeviceHooks } from './device-hooks.ts';
import { probesOfDice } from './dice.ts';
import { MOST_PROBES, oddsIn, perRequest } from './impaired-links.ts';
import { latenessIn } from './late-answers.ts';

/**
 * Queueing disciplines that are more than a queue. fq keeps a packet until the time of departure that a socket or a BPF
 * program gave it, and netem loses some; the other two are there for filters, which may hand a packet to whatever there is.
 */
const DECIDING = new Set(['fq', 'netem', 'ingress', 'clsact']);

/**
 * Whether hairpin knows every place where a frame may wait in a lab as it is now: processors' backlogs and macvlan
 * parents' broadcast queues. Only then can a negative end before its time. After a program has run, the network is
 * read: nobody is left who could answer, and nothing is left that could keep a frame back.
 */
export function knowsEveryQueue(lab: Lab): boolean {
  // The taps tell whether anything still moves.
  if (!lab.taps) return false;
  if (!engineOf(lab).isPristine && !areOthersGone(lab)) return false;
  return lab.namespaces.every(({ interfaces }) => interfaces.every(isKnown)) && latenessIn(lab) === 0;
}

/** Whether all the queues of a device are known: of its kind, and of what it is connected to. */
function isKnown(device: Interface): boolean {
  const kind = kindOf(device);
  if (!kind?.description.knownQueues) return false;
  // The other end may be in a namespace that is not of the lab. On a real NIC anybody may send at any time.
  if (kind.end === 'peer') return device.peer !== undefined;
  return kind.lower === 'none' || device.parent instanceof Interface;
}

/** Probes after which nothing more is waited for: a cold start may cost the first. */
const PROBES = 2;

/** So many where each fares by chance. One in 2 of next hops, or of dice, then shows itself, and so does one in 8 (98 %). */
const PROBES_OF_CHANCE = 32;

/** How many probes {@link probesIn} has found to be enough in a lab that all others had left. */
const probesOf = new WeakMap<Lab, { visits: number; probes: number }>();

/**
 * How many probes without an answer are enough. Several next hops, bonds, rules that count or look at the source port, programs at devices,
 * services of IPVS and sockets that share a port make a probe fare otherwise than the one before. So does a link that loses some. A lab that is
 * pristine has none of these but bonds.
 */
export function probesIn(lab: Lab): number {
  const { isPristine, visits } = engineOf(lab);
  const bonded = Math.max(...lab.namespaces.map(probesOfMembers));
  if (isPristine) return bonded > 0 ? Math.max(bonded, PROBES_OF_CHANCE) : PROBES;
  const isLeft = leftAt.get(lab) === visits.count;
  const before = probesOf.get(lab);
  if (isLeft && before?.visits === visits.count) return Math.max(before.probes, bonded);
  const [round = 0, routed = 0, shared = 0] = [connectionsOfServers, probesOfRoutes, probesOfSharedPorts].map(
    (enough) => Math.max(...lab.namespaces.map(enough)),
  );
  const rolled = isLeft ? 0 : Math.max(...lab.namespaces.map(probesOfDice));
  const isOfChance =
    routed > 0 ||
    shared > 0 ||
    bonded > 0 ||
    mayMeetProgram(lab) ||
    lab.namespaces.some(
      (each) => routesByGivenPort(each) || mayDifferAtDevices(each) || (!isLeft && isLeftToChance(each)),
    );
  const probes = Math.max(
    isOfChance ? probesOfChance(lab, isLeft) : PROBES,
    // Of more there is a doubt in any case.
    ...[round, routed, shared, bonded, rolled].filter((enough) => enough <= MOST_PROBES),
    oddsIn(lab).probes,
  );
  if (isLeft) probesOf.set(lab, { visits: visits.count, probes });
  return probes;
}

/** More where ARP requests fare by chance, too; with the kernel's own timers this would take too long. */
function probesOfChance(lab: Lab, isLeft: boolean): number {
  const ofRequests = PROBES_OF_CHANCE * perRequest(lab);
  const isWorth = !isLeft && ofRequests <= MOST_PROBES;
  return isWorth && lab.namespaces.some(mayLoseRequests) ? ofRequests : PROBES_OF_CHANCE;
}

/** At which count of {@link Visits} a lab was last found to be left by all others. */
const leftAt = new WeakMap<Lab, number>();

function areOthersGone(lab: Lab): boolean {
  const { visits, programs, isOpenToOthers } = engineOf(lab);
  if (leftAt.get(lab) === visits.count) return true;
  if (programs.running.length > 0) return false;
  const { namespaces } = lab;
  const networks = enginesOf(namespaces).map(({ netns }) => netns);
  if (networks.some(hasForeignSockets)) return false;
  // Before its devices are looked at: a process that has no socket may change them.
  if (somebodyLivesIn(new Set(networks.map(({ inode }) => inode)))) return false;
  lab.discover();
  if (mayMeetProgram(lab) || !namespaces.every(hasNoLeftovers)) return false;
  // Nobody can come back without being let in again.
  if (!isOpenToOthers) leftAt.set(lab, visits.count);
  return true;
}

/**
 * Whether programs have left nothing in a namespace that could keep a frame back, take one where hairpin does not look, or
 * let one pass for the time.
 */
function hasNoLeftovers(namespace: Namespace): boolean {
  const { rtnetlink, netns } = engineOf(namespace);
  const links = rtnetlink.list(ipLink.all());
  if (links.some((link) => isTunnelOfTheKernel(namespace, link) || isOverheard(namespace, link))) return false;
  const veths = links.filter((link) => veth.is(link)).map(({ name }) => name);
  // With GRO a veth has a queue of its own (veth_xdp_rx). IPsec may wait for a key, or for a cipher's worker (cryptd).
  if (filtersAtDevices(namespace, links) || isLeftToChance(namespace) || mayRememberAtRoutes(namespace)) return false;
  return devicesWithGro(netns, veths).length === 0 && !hasIpsec(netns);
}

/**
 * Whether a namespace has filters at its devices: XDP, tcx, tc, a chain of nftables. They may drop the markers that show a queue
 * to be empty, or hand a packet to whatever there is.
 */
export function filtersAtDevices(
  namespace: Namespace,
  links = engineOf(namespace).rtnetlink.list(ipLink.all()),
): boolean {
  const { hasPrograms, qdiscs } = readDeviceHooks(namespace, links);
  return hasPrograms || qdiscs.some((kind) => DECIDING.has(kind)) || hasFiltersAtDevices(engineOf(namespace).netns);
}

/** A fallback tunnel such as `sit0`, which every namespace may have and no lab uses: here it is up. */
function isTunnelOfTheKernel({ interfaces }: Namespace, link: LinkState): boolean {
  const isKnownHere = bridge.is(link) || interfaces.some(({ index }) => index === link.index);
  return link.up && link.kind !== undefined && !isKnownHere;
}

/**
 * Whether a device takes in more than its own for somebody that the lab does not know: a macvlan in a namespace of a
 * program's own, whose queue no marker shows (`macvlan_open` adds its address, `__dev_set_rx_mode` makes the parent promiscuous).
 */
function isOverheard(namespace: Namespace, link: LinkState): boolean {
  const device = deviceAt(namespace, link.index);
  if (!device || link.master !== undefined || device.children.size > 0) return false;
  return link.promiscuity > (link.promiscuous ? 1 : 0);
}
