import { hasEbtablesRules } from '../kernel/ebtables-legacy.ts';
import { connectionsOfRound, ipvsServicesOf } from '../kernel/ipvs-services.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { type FilterExtension, legacyExtensions } from '../kernel/legacy-rules.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { engineOf } from '../lab/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { kindOf } from '../links/registry.ts';
import type { NftExpression } from '../netlink/nf-expression.ts';
import { listExpressions } from '../netlink/nf-tables.ts';
import { askNftables, type LegacyTable, legacyTablesOf } from '../netlink/packet-filters.ts';
import { ipRoute } from '../netlink/route.ts';
import { ipRule } from '../netlink/rule.ts';
import { FAMILIES } from '../wire/ip-address.ts';
import { readDeviceHooks } from './device-hooks.ts';
import { MOST_PROBES } from './impaired-links.ts';
import { isSteadyExtension } from './steady-extensions.ts';

/** What makes one packet of a nftables rule fare as the one before. Others count, roll dice, or look at the clock. */
const STEADY_EXPRESSIONS = new Set(
  `bitwise byteorder cmp counter dup exthdr fib flow_offload fwd immediate inner last log lookup masq nat notrack payload
  range redir reject rt socket tproxy tunnel xfrm`.split(/\s+/),
);
/** `NFT_META_CPU`, `_PRANDOM`, `_TIME_NS`, `_TIME_DAY`, `_TIME_HOUR`. */
const FICKLE_META = new Set([20, 24, 30, 31, 32]);
/** `NFT_CT_MARK`, `_LABELS`, `_PKTS`, `_BYTES`, `_AVGPKT`: what a packet of a connection leaves for the next. */
const OF_CONNECTION = new Set([3, 22, 14, 15, 16]);
/** `NFT_CT_EXPIRATION`, `_PROTO_SRC`, `_ID`, and what the packets before have left. */
const FICKLE_CONNECTION = new Set([5, 11, 23, ...OF_CONNECTION]);
/** The matches and targets of iptables that read the same, or write it for those that do. */
const CONNECTION_EXTENSIONS = new Set(['connmark', 'CONNMARK', 'connbytes', 'connlabel']);
/** `NFT_CT_PROTO_DST`: the answers (`IP_CT_DIR_REPLY`) go to the source port of the question. */
const DESTINATION_PORT = 12;
const OF_ANSWERS = 1;
/** `NFT_PAYLOAD_TRANSPORT_HEADER`: it begins with the source port, and each TCP and UDP probe has a new one. */
const TRANSPORT_HEADER = 2;
const SOURCE_PORT_LENGTH = 2;
/** Where a TCP header has the sequence number of a connection, and an echo request its identifier: those are new, too. */
const NUMBERS = { from: 4, to: 8 };
/** `NFT_PAYLOAD_NETWORK_HEADER`: an IPv4 packet has an identification, and an IPv6 packet a flow label, which follows from its ports. */
const NETWORK_HEADER = 1;
const IDENTIFICATION = { from: 4, to: 6 };
const FLOW_LABEL_LENGTH = 3;
/** `NFT_OBJECT_COUNTER`, `_CT_HELPER`, `_TUNNEL`, `_CT_TIMEOUT`, `_SECMARK`. */
const STEADY_OBJECTS = new Set([1, 3, 6, 7, 8]);

/**
 * What differs from packet to packet, but keeps nothing of one packet for another that is not of the same connection. Of those that differ,
 * all others may.
 */
const FORGETFUL = new Set([
  ...'numgen hash meta ct payload statistic time cpu cluster tcp udp multiport conntrack u32 ip ip6'.split(' '),
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
 * Whether two packets that are alike may fare differently by the packet filters of a namespace, of which one counts, or cannot be read; or by
 * its services of IPVS.
 */
export function isLeftToChance(namespace: Namespace): boolean {
  return connectionsOfServers(namespace) > 0 || !areFilters(namespace, isSteady, isSteadyExtension);
}

/**
 * Whether the packet filters of a namespace may keep something of a packet, and so drop it now and let it pass a second later: a set
 * that rules add to, a limit. What cannot be read may be such a filter.
 *
 * @param ofConnections whether it is enough that they may drop a packet and let a later one of the same connection pass: by a mark that
 * the first has left, or by the number of packets
 */
export function mayRemember(namespace: Namespace, ofConnections = false): boolean {
  const isOfConnection = (name: string) => ofConnections && CONNECTION_EXTENSIONS.has(name);
  return !areFilters(
    namespace,
    (expression) => {
      const name = extensionOf(expression);
      if (isOfConnection(name) || (ofConnections && readsConnection(expression))) return false;
      return isSteady(expression) || FORGETFUL.has(name);
    },
    (extension) => !isOfConnection(extension.name) && (isSteadyExtension(extension) || FORGETFUL.has(extension.name)),
  );
}

/** Whether the packet filters of a namespace consist of expressions of nftables, and extensions of iptables, of a sort. */
function areFilters(
  namespace: Namespace,
  isExpression: (expression: NftExpression) => boolean,
  isExtension: (extension: FilterExtension) => boolean,
): boolean {
  const { netns } = engineOf(namespace);
  const expressions = askNftables(netns, listExpressions) ?? [];
  return (
    !hasEbtablesRules(netns) &&
    expressions.every(isExpression) &&
    legacyTablesOf(netns).every((table) => isTableOf(netns, table, isExtension))
  );
}

/** The packet filters that every frame passes; those of IP see only packets. */
const OF_FRAMES = ['bridge', 'netdev'] as const;

/** Why a single frame that did not come proves nothing: a packet filter counts frames, or rolls dice. Undefined where none does. */
export function doubtOfOneFrame(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const filtering = lab.namespaces.filter((namespace) => {
    const { netns } = engineOf(namespace);
    const all = askNftables(netns, (socket) => listExpressions(socket, OF_FRAMES)) ?? [];
    // The source port of a frame is what it is.
    return hasEbtablesRules(netns) || all.some((expression) => expression.name !== 'payload' && !isSteady(expression));
  });
  const names = filtering.map(({ name }) => name).join(', ');
  return names === '' ? undefined : `a packet filter of ${names} may have dropped the only frame by chance`;
}

/** Whether a device of a host shares packets out among its members, as a bond does. */
export function sharesOut({ interfaces }: Namespace): boolean {
  return interfaces.some((device) => {
    const kind = kindOf(device);
    const state = kind?.description.sharesOut && stateIfThere(device);
    return state !== undefined && kind?.is(state) === true && kind.description.sharesOut?.(kind.of(state)) === true;
  });
}

/** Whether a host chooses routes by the source port, which is another with each TCP and UDP probe (`ip rule … sport`). */
export function routesBySourcePort(namespace: Namespace): boolean {
  if (namespace.role === 'switch') return false;
  const { rtnetlink } = engineOf(namespace);
  return FAMILIES.flatMap((family) => rtnetlink.list(ipRule.all({ family }))).some(({ sport }) => sport !== undefined);
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

/** Whether a host shares its packets out among several next hops, by addresses or ports (`fib_multipath_hash_policy`). */
export function hasSeveralNextHops(namespace: Namespace): boolean {
  if (namespace.role === 'switch') return false;
  const { rtnetlink } = engineOf(namespace);
  const routes = FAMILIES.flatMap((family) => rtnetlink.list(ipRoute.all({ family })));
  // Of a nexthop object, its members may not be told (nexthop_compat_mode).
  return routes.some(({ nextHops, nexthopId, device }) => nextHops.length > 1 || (nexthopId !== undefined && !device));
}

function isSteady({ name, data }: NftExpression): boolean {
  const {
    key = -1,
    direction,
    object,
    match,
    target,
    info,
    register: loads,
    ...load
  } = data as Partial<ExpressionData>;
  switch (name) {
    case 'meta':
      return !FICKLE_META.has(key);
    case 'ct':
      if (loads === undefined) return true;
      return !FICKLE_CONNECTION.has(key) && !(key === DESTINATION_PORT && direction === OF_ANSWERS);
    case 'payload':
      return !loadsWhatDiffers(load);
    case 'objref':
      return STEADY_OBJECTS.has(object ?? -1);
    case 'match':
    case 'target':
      return isSteadyExtension({ name: match ?? target ?? name, data: info ?? Buffer.alloc(0) });
    default:
      return STEADY_EXPRESSIONS.has(name);
  }
}

/** Whether an expression loads what packets before have left at their connection. */
function readsConnection({ name, data }: NftExpression): boolean {
  const { key = -1, register } = data as Partial<ExpressionData>;
  return name === 'ct' && register !== undefined && OF_CONNECTION.has(key);
}

type ExpressionData = Record<'key' | 'direction' | 'object' | 'base' | 'offset' | 'length' | 'register', number> &
  Record<'match' | 'target', string> & { info: Buffer };

/**
 * Of the transport header, two bytes at the beginning may also be the type and the code of ICMP, and those at 4 the length of a
 * UDP datagram; of the network header, those at 4 the length of an IPv6 packet.
 */
function loadsWhatDiffers({ base, offset = 0, length = 0 }: Partial<ExpressionData>): boolean {
  const overlaps = ({ from, to }: typeof NUMBERS) => offset < to && offset + length > from;
  if (base === NETWORK_HEADER) return overlaps(IDENTIFICATION) || (offset === 1 && length === FLOW_LABEL_LENGTH);
  const hasPort = offset === 0 && length >= SOURCE_PORT_LENGTH;
  return base === TRANSPORT_HEADER && (hasPort || overlaps(NUMBERS));
}

/** The extension of iptables that an expression of nftables stands for, or the expression itself. */
function extensionOf({ name, data }: NftExpression): string {
  const { match, target } = data as Partial<ExpressionData>;
  return match ?? target ?? name;
}

/** Whether a table has only extensions of a sort. One that cannot be read may have any. */
function isTableOf(
  netns: NetNamespace,
  { family, table }: LegacyTable,
  is: (extension: FilterExtension) => boolean,
): boolean {
  // Rules of arptables have no matches.
  if (family === 'arp') return true;
  try {
    return legacyExtensions(netns, family, table).every(is);
  } catch (error) {
    if (error instanceof KernelError || error instanceof RangeError) return false;
    throw error;
  }
}
