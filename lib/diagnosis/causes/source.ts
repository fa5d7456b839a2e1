import { unlessCode } from '../../base/has-code.ts';
import { deviceAt } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Interface } from '../../lab/index.ts';
import { stateIfThere } from '../../lab/interface-state.ts';
import { hasRules } from '../../lab/tables/route-to.ts';
import type { Cause } from '../../model/cause.ts';
import { ipRoute } from '../../netlink/routing/route.ts';
import { mtuOf, packetLength } from '../../probes/path-mtu.ts';
import type { Question } from '../../probes/question.ts';
import { linkFault, nextHop } from '../../probes/source.ts';
import { contains, type Family, isMulticastIp } from '../../wire/ip-address.ts';
import { deviceName } from '../names.ts';
import { unusableCause } from './address.ts';
import { lossCause } from './impairment.ts';
import { linkCause, sendingCause } from './link.ts';
import { noRoute, toNowhere } from './route.ts';
import { ruledOut } from './rules.ts';
import { withoutPeer } from './wireguard.ts';

/**
 * Why a probe never left its source: an address, a link, a route, a length.
 *
 * @param size bytes of data in it, where the spec chose that
 */
export function sourceCause(question: Question, size?: number): Cause | undefined {
  const find = () => addressCause(question) ?? wayCause(question) ?? mtuCause(question, size);
  // A device that somebody deleted behind the lab's back cannot be asked.
  return unlessCode(['ENODEV'], find, undefined);
}

/** An address that is not its owner's yet, or any more: no socket can be bound to it (`__inet6_bind`). */
function addressCause({ from, source: { device, address }, bound }: Question): Cause | undefined {
  const own = bound && device.address.list().find((each) => each.address === address);
  return own && unusableCause(from, own);
}

function wayCause(question: Question): Cause | undefined {
  const { from, to, source, family } = question;
  const hop = nextHop(question);
  if (typeof hop !== 'string')
    return sendingCause(hop.device) ?? lossCause(hop.device) ?? withoutPeer(hop.device, to.address);
  const device = deviceName(source.device);
  // With the link its routes have gone (fib_disable_ip). Where the loopback has the address, they may have led by any link.
  const links = source.device.address.list().some((own) => own.address === source.address)
    ? [source.device]
    : from.interfaces;
  if (links.every((link) => stateIfThere(link)?.up === false))
    return { code: 'link.down', facts: { device, routes: true } };
  const facts = { namespace: from.name, to: to.address };
  if (isMulticastIp(to.address)) return { code: 'route.none', facts: { ...facts, group: { device } } };
  // fib_rule_action, fib_props: a rule says so, or a route of the table that it names.
  if (hasRules(from, family))
    return ruledOut(from, to.address, /\((E[A-Z]+)\)$/.exec(hop)?.[1], { from: source.address });
  const nowhere = toNowhere(from, to.address);
  // __mkroute_output: what is from 127.0.0.0/8 stays in its host.
  if (!nowhere && hop.endsWith('(EINVAL)') && source.address.startsWith('127.'))
    return { code: 'ip.localnet', facts: { namespace: from.name, from: source.address } };
  return nowhere ?? withoutCarrier(question) ?? noRoute(from, to.address);
}

/** A route that is passed over while its device has no carrier (`fib_lookup_good_nhc`, `find_match`). */
function withoutCarrier({ from, to: { address }, family }: Question): Cause | undefined {
  const routes = engineOf(from).rtnetlink.list(ipRoute.all({ family }));
  const device = routes
    .filter(({ to, type }) => type === 'unicast' && contains(to, address))
    .flatMap(({ nextHops }) => nextHops.map((hop) => deviceAt(from, hop.device)))
    .find((each) => each && linkFault(each) === 'has no carrier' && ignoresLinkDown(each, family));
  return device && linkCause(device);
}

function ignoresLinkDown({ namespace, name }: Interface, family: Family): boolean {
  return namespace.sysctl.get(`net/ipv${family}/conf/${name}/ignore_routes_with_linkdown`) === '1';
}

/** `ip_append_data`: what is not to be fragmented fits the device, or is refused (`EMSGSIZE`). */
function mtuCause(question: Question, size: number | undefined): Cause | undefined {
  const hop = nextHop(question);
  if (size === undefined || typeof hop === 'string') return undefined;
  const { mtu, ofRoute, ...limit } = mtuOf(question, hop.device);
  const length = packetLength(question, size);
  if (length <= mtu) return undefined;
  const { from, to } = question;
  const where = { namespace: from.name, to: to.address, room: mtu - packetLength(question, 0), ...limit };
  const device = ofRoute ? {} : { device: deviceName(hop.device) };
  return { code: 'link.mtu', facts: { ...device, mtu, length, where: { is: 'source', ...where } } };
}
