import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { hasEbtablesRules } from '../kernel/tables/ebtables-legacy.ts';
import { connectionsOfRound, ipvsServicesOf } from '../kernel/tables/ipvs-services.ts';
import { type FilterExtension, legacyExtensions } from '../kernel/tables/legacy-rules.ts';
import { mostAtOnePort } from '../kernel/tables/listening-sockets.ts';
import { programLinks } from '../kernel/tables/program-links.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import type { Interface, Lab, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { kindOf } from '../links/registry.ts';
import type { FilterFamily } from '../netlink/netfilter/netfilter.ts';
import type { NftExpression } from '../netlink/netfilter/nf-expression.ts';
import { listExpressions } from '../netlink/netfilter/nf-tables.ts';
import { askNftables, type LegacyTable, legacyTablesOf } from '../netlink/netfilter/packet-filters.ts';
import { readDeviceHooks, readFilters } from './device-hooks.ts';
import { MOST_PROBES, probesUntil } from './impaired-links.ts';
import { isSteadyExpression, readsClock, readsConnection } from './steady-expressions.ts';
import { isSteadyExtension } from './steady-extensions.ts';

/** The matches and targets of iptables that read the same, or write it for those that do. */
const CONNECTION_EXTENSIONS = new Set(['connmark', 'CONNMARK', 'connbytes', 'connlabel']);
/**
 * What differs from packet to packet, but keeps nothing of one packet for another that is not of the same connection. Of those that differ,
 * all others may.
 */
const FORGETFUL = new Set([
  ...'numgen hash meta ct payload inner nat redir DNAT REDIRECT statistic cpu cluster tcp udp multiport'.split(' '),
  ...'conntrack string u32 ip ip6'.split(' '),
  ...CONNECTION_EXTENSIONS,
]);

/** Queueing disciplines that take no filters, and drop nothing as long as they have room; netem says how much it loses. */
const STEADY_QDISCS = new Set('noqueue mq pfifo bfifo pfifo_fast pfifo_head_drop tbf netem'.split(' '));

/**
 * Whether two packets that are alike may fare differently at the devices of a namespace: by XDP, tcx or a filter of traffic control,
 * which nobody can read, or by a qdisc that drops early by chance (`red`).
 */
export function mayDifferAtDevices(namespace: Namespace): boolean {
  const { hasPrograms, qdiscs } = readDeviceHooks(namespace);
  return hasPrograms || qdiscs.some((kind) => !STEADY_QDISCS.has(kind));
}

/**
 * Whether a program may get packets of a lab that no device has: it looks up sockets, or filters. Nobody can read the program. The kernel
 * does not tell where one filters.
 */
export function mayMeetProgram(lab: Lab): boolean {
  const inodes = new Set(enginesOf(lab.namespaces).map(({ netns }) => netns.inode));
  return programLinks().some(({ inode }) => inode === undefined || inodes.has(inode));
}

/** The actions of traffic control that keep nothing of one packet for another that is not of the same connection. */
const FORGETFUL_ACTIONS = new Set(
  'connmark csum ct ctinfo gact ife mirred mpls nat pedit sample simple skbedit skbmod tunnel_key vlan'.split(' '),
);

/**
 * Whether something at the devices of a namespace may keep something of a packet, and so drop it now and let it pass a second later: a
 * program, or an action such as `police`. A `gate` opens by itself.
 */
export function mayRememberAtDevices(namespace: Namespace): boolean {
  return (
    readDeviceHooks(namespace).hasPrograms ||
    readFilters(namespace).some(
      ({ program, actions }) => program || actions.some((kind) => !FORGETFUL_ACTIONS.has(kind)),
    )
  );
}

/**
 * Whether two packets that are alike may fare differently by the packet filters of a namespace, of which one counts, or cannot be read; or by
 * its services of IPVS.
 */
export function isLeftToChance(namespace: Namespace): boolean {
  return connectionsOfServers(namespace) > 0 || !areFilters(namespace, isSteadyExpression, isSteadyExtension);
}

/**
 * Whether the packet filters of a namespace may drop a packet now and let it pass a second later: they keep something of a packet, such as
 * a set that rules add to, or a limit, or they look at the clock. What cannot be read may be such a filter.
 *
 * @param ofConnections whether it is enough that they may drop a packet and let a later one of the same connection pass: by a mark that
 * the first has left, or by the number of packets
 */
export function mayRemember(namespace: Namespace, ofConnections = false): boolean {
  const isOfConnection = (name: string) => ofConnections && CONNECTION_EXTENSIONS.has(name);
  return !areFilters(
    namespace,
    (expression, at, all) => {
      const name = extensionOf(expression);
      if (isOfConnection(name) || readsClock(expression) || (ofConnections && readsConnection(expression)))
        return false;
      return isSteadyExpression(expression, at, all) || FORGETFUL.has(name);
    },
    (extension) => !isOfConnection(extension.name) && (isSteadyExtension(extension) || FORGETFUL.has(extension.name)),
  );
}

/** Whether the packet filters of a namespace consist of expressions of nftables, and extensions of iptables, of a sort. */
function areFilters(
  namespace: Namespace,
  isExpression: typeof isSteadyExpression,
  isExtension: (extension: FilterExtension) => boolean,
): boolean {
  const { netns } = engineOf(namespace);
  const expressions = askNftables(netns, listExpressions) ?? [];
  return (
    !hasEbtablesRules(netns) &&
    expressions.every(isExpression) &&
    legacyTablesOf(netns).every((table) => extensionsIn(netns, table)?.every(isExtension))
  );
}

/** The packet filters that every frame passes; those of IP see only packets. */
const OF_FRAMES = ['bridge', 'netdev'] as const;

/** The packet filters that ARP requests and neighbour solicitations pass. */
const OF_REQUESTS = [...OF_FRAMES, 'arp', 'ip6', 'inet'] as const;

/** Whether a packet filter of a namespace may drop a question for a neighbour by chance. Of a program at a device nobody can tell. */
export function mayLoseRequests(namespace: Namespace): boolean {
  return mayDropOneByChance(namespace, OF_REQUESTS);
}

/** What looks at the bytes of a frame, which are what they are. */
const OF_THE_FRAME = new Set(['payload', 'exthdr', 'inner']);

/** Why a single frame that did not come proves nothing: a packet filter counts frames, or rolls dice. Undefined where none does. */
export function doubtOfOneFrame(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const filtering = lab.namespaces.filter((each) => mayDropOneByChance(each, OF_FRAMES));
  const names = filtering.map(({ name }) => name).join(', ');
  return names === '' ? undefined : `a packet filter of ${names} may have dropped the only frame by chance`;
}

/** Whether a packet filter of a namespace may drop a frame by chance: one of some families, or of all. */
export function mayDropOneByChance(namespace: Namespace, families?: readonly FilterFamily[]): boolean {
  const { netns } = engineOf(namespace);
  const expressions = askNftables(netns, (socket) => listExpressions(socket, families)) ?? [];
  return (
    hasEbtablesRules(netns) ||
    expressions.some(
      (expression, at) => !OF_THE_FRAME.has(expression.name) && !isSteadyExpression(expression, at, expressions),
    )
  );
}

/** How many probes show whether one member of each device leads on that shares packets out, such as a bond; 0 where none does. */
export function probesOfMembers({ interfaces }: Namespace): number {
  const members = interfaces
    .filter(sharesOutAt)
    .map((device) => interfaces.filter(({ master }) => master === device).length);
  return Math.max(0, ...members.map((count) => probesUntil(1 / Math.max(2, count))));
}

/** Whether a device shares packets out among its members. */
export function sharesOutAt(device: Interface): boolean {
  const kind = kindOf(device);
  const state = kind?.description.sharesOut && stateIfThere(device);
  return state !== undefined && kind?.is(state) === true && kind.description.sharesOut?.(kind.of(state)) === true;
}

/** How many new connections to a service of a namespace it takes until each server got one (IPVS); 0 where none has several servers. */
export function connectionsOfServers(namespace: Namespace): number {
  return Math.max(0, ...ipvsServicesOf(engineOf(namespace).netns).map(connectionsOfRound));
}

/** Why no answer to many connections proves nothing: a service of IPVS may give other servers all of them. Undefined where none does. */
export function doubtOfServers(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const sharing = lab.namespaces.find((namespace) => connectionsOfServers(namespace) > MOST_PROBES);
  return sharing && `IPVS of ${sharing} gives some server less than one connection in ${MOST_PROBES}`;
}

/** How many probes show whether one of the sockets answers that share a port of a namespace; 0 where none share one. */
export function probesOfSharedPorts(namespace: Namespace): number {
  const sockets = mostAtOnePort(engineOf(namespace).netns);
  return sockets > 1 ? probesUntil(1 / sockets) : 0;
}

/** Why no answer to many probes proves nothing: so many sockets share a port. Undefined where few enough do. */
export function doubtOfSharedPorts(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const sharing = lab.namespaces.find((namespace) => probesOfSharedPorts(namespace) > MOST_PROBES);
  return (
    sharing && `so many sockets of ${sharing} share a port that ${MOST_PROBES} probes without an answer prove nothing`
  );
}

/** The extension of iptables that an expression of nftables stands for, or the expression itself. */
function extensionOf({ name, data }: NftExpression): string {
  const { match, target } = data as { match?: string; target?: string };
  return match ?? target ?? name;
}

/** The matches and targets of a table of iptables-legacy; undefined for a table that cannot be read. */
export function extensionsIn(netns: NetNamespace, { family, table }: LegacyTable): FilterExtension[] | undefined {
  // Rules of arptables have no matches.
  if (family === 'arp') return [];
  try {
    return legacyExtensions(netns, family, table);
  } catch (error) {
    if (error instanceof KernelError || error instanceof RangeError) return undefined;
    throw error;
  }
}
