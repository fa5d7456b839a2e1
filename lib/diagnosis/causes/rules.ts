import { hasCode } from '../../base/has-code.ts';
import { kernelSymbol } from '../../kernel/drops/kernel-symbol.ts';
import { isNoRoute } from '../../kernel/no-route.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Interface, Namespace } from '../../lab/index.ts';
import { type Flow, hasRules, routeTo } from '../../lab/tables/route-to.ts';
import type { Cause } from '../../model/cause.ts';
import { frameAround } from '../../netlink/netfilter/nft-trace.ts';
import { ipRule } from '../../netlink/routing/rule.ts';
import { hasAddress } from '../../trace/owner.ts';
import { portsOf } from '../../trace/translation.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { type IpPacket, ipPacketOf } from '../../wire/ip-packet.ts';
import type { KernelDrop } from '../kernel-drop.ts';
import { type Decision, decisionFor } from './deciding-rule.ts';
import type { RouteVerdict } from './route.ts';
import { unusedRoute } from './unused-route.ts';

/** What a router with rules (`ip rule`) says of a packet that came in by a device: the kernel is asked for the route of this very packet. */
export function routeOfPacket({ namespace, index }: Interface, packet: IpPacket): RouteVerdict {
  const { source: from, destination: to } = packet;
  // Martian, whatever the rules say (fib_validate_source).
  return hasAddress(namespace, from) ? {} : askRules(namespace, to, { from, cameBy: index, ...flowOf(packet) });
}

/** The same of a host's answer to a packet. */
export function routeOfAnswer(namespace: Namespace, packet: IpPacket): RouteVerdict {
  const { source: to, destination: from } = packet;
  const { sport, dport, ...protocol } = flowOf(packet);
  // ip_route_output_key_hash_rcu
  if (!hasAddress(namespace, from)) return {};
  return askRules(namespace, to, { from, ...protocol, sport: dport, dport: sport });
}

/** Neither a route nor a cause without rules, and where rules look at what only the kernel knows of a packet. */
function askRules(namespace: Namespace, to: string, flow: Flow): RouteVerdict {
  const family = familyOf(to) ?? 4;
  if (!hasRules(namespace, family)) return {};
  const rules = engineOf(namespace).rtnetlink.list(ipRule.all({ family }));
  const isVague = rules.some((rule) => rule.tos > 0 || HIDDEN.some((selector) => rule[selector] !== undefined));
  if (isVague) return {};
  try {
    return { route: routeTo(namespace, to, flow) };
  } catch (error) {
    // rp_filter is no rule's doing (__fib_validate_source).
    if (hasCode(error, 'EXDEV')) return {};
    if (isNoRoute(error)) return { cause: ruledOut(namespace, to, error.code, flow) };
    throw error;
  }
}

const HIDDEN = ['fwmark', 'uidrange', 'tunId'] as const;

function flowOf(packet: IpPacket): Pick<Flow, 'ipproto' | 'sport' | 'dport'> {
  const ports = portsOf(packet);
  return ports ? { ipproto: packet.protocol, sport: ports.source, dport: ports.destination } : {};
}

/**
 * What the errno of a look-up says (`fib_rule_action`, `fib_props`). Which rule or route it is, the kernel does not tell.
 *
 * @param flow what is known of the packet; undefined where rules look at more
 */
export function ruledOut(namespace: Namespace, to: string, errno: string | undefined, flow?: Flow): Cause | undefined {
  const { rule, route }: Decision = flow ? decisionFor(namespace, to, flow) : {};
  const facts = { namespace: namespace.name, ...(rule === undefined ? {} : { rule }) };
  if (errno === 'ENETUNREACH')
    return { code: 'route.none', facts: { ...facts, to, hasRules: true, ...(rule ? {} : unusedRoute(namespace, to)) } };
  return errno !== undefined && isNowhere(errno)
    ? { code: NOWHERE[errno], facts: { ...facts, ...(route === undefined ? {} : { route }) } }
    : undefined;
}

/**
 * What the kernel's drop in `ip_error` says, where rules look at what only the kernel knows, such as a mark: without a route it names
 * its reason, a blackhole or a prohibit has none.
 *
 * @param isRefused whether the sender was told, which a blackhole does not do
 */
export function refusedByRules({ drop, namespace }: KernelDrop, isRefused: boolean): Cause | undefined {
  const to = ipPacketOf(frameAround(drop.packet))?.destination;
  if (to === undefined || !hasRules(namespace, 4) || kernelSymbol(drop.location) !== 'ip_error') return undefined;
  if (drop.reason.endsWith('IP_INNOROUTES')) return ruledOut(namespace, to, 'ENETUNREACH');
  return drop.reason.endsWith('NOT_SPECIFIED') ? ruledOut(namespace, to, isRefused ? 'EACCES' : 'EINVAL') : undefined;
}

const NOWHERE = { EINVAL: 'route.blackhole', EACCES: 'route.prohibit', EHOSTUNREACH: 'route.unreachable' } as const;

function isNowhere(errno: string): errno is keyof typeof NOWHERE {
  return errno in NOWHERE;
}
