import { ipvlan } from '../links/ipvlan.ts';
import { type AddressState, SCOPE_HOST } from '../netlink/address.ts';
import { deviceSysctl } from '../state/device-sysctl.ts';
import { vrfOf } from '../state/find-link.ts';
import { ETHERTYPE, SHORTEST_PAYLOAD } from '../wire/ethernet.ts';
import { contains, type Family, familyOf, ipToBytes, solicitedNodeGroup } from '../wire/ip-address.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { BROADCAST_MAC, multicastMac6, NO_MAC } from '../wire/mac-address.ts';
import { NEIGHBOUR_SOLICITATION } from '../wire/neighbour-discovery.ts';
import type { Cause, CauseOf } from './cause.ts';
import type { Frame } from './frame.ts';
import type { Device, Network } from './network.ts';
import { drop, heardBy, type Prediction, type Step, stepsOf, transmitOn, unknown, type Verdict } from './prediction.ts';
import { greatest, refusesSource } from './reverse-path.ts';
import { lookUpRoute } from './route-lookup.ts';

/** States in which an entry has no MAC address that would serve. */
const USELESS = ['INCOMPLETE', 'FAILED', 'NONE'];

/**
 * Gives a packet to a device for the next hop. Its MAC address is what the neighbour table says, or else what an answer to the
 * question for it would say (`neigh_resolve_output`).
 *
 * @param follow predicts what becomes of a frame from a step on
 */
export function sendToNeighbour(
  device: Device,
  hop: string,
  frame: Frame,
  follow: (frame: Frame, from: Step) => Prediction,
): Verdict {
  const { link } = device;
  const send = (destination: string) => transmitOn(device, { ...frame, source: link.mac, destination });
  const known = knownMac(device, hop);
  if (known) return send(known);
  // arp_constructor, ndisc_constructor: without ARP everything else goes to the device's own address.
  if (!link.arp) return send(link.mac);
  const answer = ask(device, hop, follow);
  return typeof answer === 'string' ? send(answer) : answer;
}

/** The MAC address that the neighbour table of a device's namespace has for an address (`NUD_VALID`). */
export function knownMac({ host, index }: Device, address: string): string | undefined {
  return host.neighbours.find(({ to, device, state }) => to === address && device === index && !USELESS.includes(state))
    ?.lladdr;
}

/** The MAC address that an answer would bring, or why there would be none. */
function ask(device: Device, hop: string, follow: (frame: Frame, from: Step) => Prediction): string | Verdict {
  const family = familyOf(hop) ?? 4;
  const own = device.address(family);
  const asked = follow(question(device, family, own, hop), {
    namespace: device.namespace,
    index: device.index,
    direction: 'out',
  });
  const steps = stepsOf(asked);
  const vague = steps.find((step) => step.unknown !== undefined);
  if (vague?.unknown) return unknown(vague.unknown);
  // Of a question without a sender bridges make an announcement (br_do_proxy_suppress_arp).
  if (own === undefined && steps.some(({ drops }) => drops.some(({ cause }) => cause.code === 'bridge.neigh-suppress')))
    return unknown(`${device} asks for ${hop} by the address of another device`);
  const answers = heardBy(asked).flatMap((at) => {
    const hearer = device.network.find(at);
    return hearer ? { at, silence: whySilent(hearer, { family, target: hop, asker: own }) } : [];
  });
  const [first, ...others] = answers.filter(({ silence }) => silence?.kind !== 'drop');
  if (!first) return nobody('neighbour.unanswered', device, hop);
  if (first.silence) return first.silence;
  const owner = device.network.find(first.at) as Device;
  if (others.length > 0) return unknown(`more than one host answers for ${hop}`);
  const reply = { source: owner.link.mac, destination: device.link.mac, tags: [], length: SHORTEST_PAYLOAD };
  const etherType = family === 4 ? ETHERTYPE.arp : ETHERTYPE.ipv6;
  const back = heardBy(follow({ ...reply, etherType }, { ...first.at, direction: 'out' }));
  return back.some(({ namespace, index }) => namespace === device.namespace && index === device.index)
    ? owner.link.mac
    : nobody('neighbour.answer-lost', device, hop);
}

/** A question for a neighbour, as it comes to a device. */
interface NeighbourQuestion {
  family: Family;
  target: string;
  /** Who asks; where nobody knows, only what holds for all askers is told. */
  asker?: string | undefined;
}

/**
 * Why a device does not answer a question that it heard, by its namespace's settings (`arp_process`, `ndisc_recv_ns`).
 * Undefined: it answers.
 */
export function whySilent(device: Device, { family, target, asker }: NeighbourQuestion): Verdict | undefined {
  const without = withoutNeighbours(device);
  if (without) return drop(without, family === 4 ? 'arp_rcv' : 'addrconf_join_solict');
  const { host, namespace } = device;
  const own = host.addresses.filter(({ address }) => address === target);
  const holding = own.filter(({ tentative }) => !tentative);
  const here = holding.find((own) => own.index === device.index);
  if (family === 6 && here) return undefined;
  if ((family === 6 || holding.length === 0) && mayProxy(device, target, family))
    return unknown(`${namespace} may answer for others`);
  // A whole subnet may be local (AnyIP): of ND it would need proxy_ndp.
  const isOfVrf = [device.index, ...holding.map(({ index }) => index)].some((index) => vrfOf(host, index));
  const needsRoute = holding.length === 0 || isOfVrf;
  const toAnswer = family === 4 ? lookUpRoute(host, target, { from: device.index }) : undefined;
  if (toAnswer?.kind === 'unknown' && needsRoute) return unknown(toAnswer.why);
  // arp_process answers for what the tables of this device's VRF have as local.
  if (isOfVrf && holding.length > 0 && toAnswer && toAnswer.kind !== 'local')
    return unknown(`${namespace} has ${target} in another VRF`);
  if (holding.length === 0 && toAnswer?.kind !== 'local')
    return drop(unusable(namespace, target, own[0]), family === 4 ? 'arp_process' : 'ndisc_recv_ns');
  if (toAnswer?.kind === 'hop' || toAnswer?.kind === 'none')
    return drop({ code: 'address.not-local', facts: { namespace, address: target } }, 'arp_process');
  if (family === 6) return drop(ofOtherDevice(device, holding[0]?.index, target), 'ndisc_recv_ns');
  // arp_process looks for a way to the asker (ip_route_input_noref) before it answers.
  const refused = asker === undefined ? undefined : refusesSource(device, { family, source: asker });
  return refused ?? arpIgnore(device, { target, asker, holding, here }) ?? arpFilter(device, target, asker);
}

/** In modes l3 and l3s an ipvlan has no ARP and no ND (`ipvlan_set_port_mode`), and any device may be without (IFF_NOARP). */
export function withoutNeighbours(
  device: Device,
): CauseOf<'ipvlan.no-neighbours'> | CauseOf<'neighbour.arp-off'> | undefined {
  const { link, name, lower } = device;
  const mode = ipvlan.is(link) ? ipvlan.of(link).mode : 'l2';
  if (mode !== 'l2' && lower)
    return { code: 'ipvlan.no-neighbours', facts: { device: name, mode, parent: lower.name } };
  return link.arp ? undefined : { code: 'neighbour.arp-off', facts: { device: name } };
}

/** Of an address that nobody here has, or that duplicate address detection keeps from use. */
function unusable(namespace: string, address: string, own: AddressState | undefined): Cause {
  const facts = { namespace, address };
  if (!own) return { code: 'address.elsewhere', facts };
  // One that failed is tentative for good (addrconf_dad_stop).
  if (own.dadFailed) return { code: 'address.duplicate', facts };
  return { code: 'address.tentative', facts: { ...facts, length: own.length } };
}

/** That a frame went to its sender's own address, as that has no ARP (`arp_constructor`, `ndisc_constructor`). */
export function sentToItself(
  network: Network,
  { source, destination }: Frame,
): CauseOf<'neighbour.arp-off'> | undefined {
  const sender =
    source === destination ? network.devices.find(({ link }) => link.mac === source && !link.arp) : undefined;
  return sender && { code: 'neighbour.arp-off', facts: { device: sender.name } };
}

/** A device answers ND for its own addresses alone. */
function ofOtherDevice(device: Device, owner: number | undefined, address: string): Cause {
  const facts = { device: device.name, owner: device.inHost(owner ?? 0)?.name ?? device.name, address };
  return { code: 'neighbour.other-device', facts };
}

/** `arp_ignore`, the function and the sysctl: whether the settings keep a host from answering for an address of its own. */
function arpIgnore(
  device: Device,
  {
    target,
    asker,
    holding,
    here,
  }: Pick<NeighbourQuestion, 'target' | 'asker'> &
    Record<'holding', AddressState[]> & { here: AddressState | undefined },
): Verdict | undefined {
  const value = greatest(device, 'arp_ignore');
  const ignores =
    (value === 1 && !here) ||
    (value === 2 && (!here || (asker !== undefined && !haveSubnet(device, target, asker)))) ||
    (value === 3 && holding.every(({ scope }) => scope === SCOPE_HOST)) ||
    value === 8;
  const facts = { device: device.name, address: target, value };
  return ignores ? drop({ code: 'neighbour.arp-ignore', facts }, 'arp_ignore') : undefined;
}

/** `inet_confirm_addr`: a subnet of the device has both. */
function haveSubnet({ host, index }: Device, target: string, asker: string): boolean {
  return host.addresses.some((own) => own.index === index && contains(own, target) && contains(own, asker));
}

/** `arp_filter`, the function and the sysctl. */
function arpFilter(device: Device, address: string, asker: string | undefined): Verdict | undefined {
  if (asker === undefined || greatest(device, 'arp_filter') === 0) return undefined;
  const back = lookUpRoute(device.host, asker, { from: device.index });
  if (back.kind === 'unknown') return unknown(back.why);
  if (back.kind === 'hop' && back.device === device.index) return undefined;
  return drop({ code: 'neighbour.arp-filter', facts: { device: device.name, address, asker } }, 'arp_filter');
}

function mayProxy({ host, link }: Device, target: string, family: Family): boolean {
  const proxies = ['all', link.name].map((which) =>
    family === 4 ? deviceSysctl(host, 'ipv4', which, 'proxy_arp') : deviceSysctl(host, 'ipv6', which, 'proxy_ndp'),
  );
  return proxies.includes('1') || host.proxies.some(({ to }) => to === target);
}

/** The frame by which a device asks for a neighbour (`arp_solicit`, `ndisc_solicit`). @param own the address that it asks by */
export function question({ link }: Device, family: Family, own: string | undefined, hop: string): Frame {
  const frame = { source: link.mac, tags: [], length: SHORTEST_PAYLOAD };
  if (family === 4) {
    const sender = { senderMac: link.mac, senderIp: own ?? '0.0.0.0' };
    const arp = { operation: 'request', ...sender, targetMac: NO_MAC, targetIp: hop } as const;
    return { ...frame, destination: BROADCAST_MAC, etherType: ETHERTYPE.arp, arp };
  }
  const group = solicitedNodeGroup(hop);
  const payload = Buffer.concat([Buffer.of(NEIGHBOUR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0), ipToBytes(hop)]);
  const packet = { source: own ?? '::', destination: group, protocol: IP_PROTOCOL.icmpv6, payload };
  return {
    ...frame,
    destination: multicastMac6(ipToBytes(group)),
    etherType: ETHERTYPE.ipv6,
    packet: { family, ...packet },
  };
}

function nobody(
  code: 'neighbour.unanswered' | 'neighbour.answer-lost',
  { namespace }: Device,
  address: string,
): Verdict {
  const cause: Cause = { code, facts: { asked: { by: namespace, address } } };
  return drop(cause, 'neigh_resolve_output', { reason: 'SKB_DROP_REASON_NEIGH_FAILED' });
}
