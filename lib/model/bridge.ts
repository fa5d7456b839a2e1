import { bridge as bridgeKind } from '../links/bridge.ts';
import { portOf } from '../links/bridge-port.ts';
import type { FdbEntry } from '../netlink/routing/neighbour.ts';
import { BROADCAST_MAC, isGroupMac, NO_MAC } from '../wire/mac-address.ts';
import { type Snooped, snoop } from './bridge-group.ts';
import { isSuppressed, type Proxied, proxy } from './bridge-proxy.ts';
import { isReserved, receiveReserved } from './bridge-reserved.ts';
import { asItLeaves, type BridgedFrame, checkEgress, checkIngress, isOfSomeTunnel } from './bridge-vlan.ts';
import { linkCause } from './carrier.ts';
import type { Cause, CauseOf } from './cause.ts';
import { type Frame, type PacketType, sizeOf } from './frame.ts';
import type { Learnt } from './learnt.ts';
import { sentToItself } from './neighbour.ts';
import type { Device } from './network.ts';
import { drop, receiveOn, transmitOn, unknown, type Verdict } from './prediction.ts';

type Settings = NonNullable<ReturnType<typeof portOf>>;
type FloodKind = 'flood' | 'mcastFlood' | 'bcastFlood';

/** A frame that comes in by a port: `br_handle_frame`, `br_handle_frame_finish`. */
export function receiveByPort(
  port: Device,
  bridge: Device,
  frame: Frame,
  type: PacketType,
  learnt: Learnt,
): readonly Verdict[] {
  const { source, destination } = frame;
  const settings = settingsOf(port);
  if (isGroupMac(source) || source === NO_MAC)
    return [drop({ code: 'bridge.bad-source', facts: { port: port.name, mac: source } }, 'br_handle_frame')];
  if (isOfSomeTunnel(port, frame)) return [unknown(`${port} puts the frames of tunnels into VLANs`)];
  const reserved = isReserved(destination) ? receiveReserved(port, bridge, frame) : undefined;
  if (reserved) return reserved;
  const closed = stateCause(port, bridge, settings, 'in');
  if (closed && settings.state !== 'learning') return [drop(closed, 'br_handle_frame')];
  const bridged = checkIngress(bridge, port, frame, !closed);
  if ('code' in bridged) return [drop(bridged, '__allowed_ingress')];
  const { vlan } = bridged;
  const known = learnt.find(bridge, source, vlan);
  // Looked at before the state learning, so such a port does not even learn the address.
  if (settings.locked && (known?.device !== port.index || known.local || known.locked))
    return [drop({ code: 'bridge.locked', facts: { port: port.name, mac: source } }, 'br_handle_frame_finish')];
  learn({ learnt, port, bridge, settings, vlan }, source);
  // A port, or a VLAN, in the state learning takes the address, and nothing else.
  const learning = closed ?? bridged.learning;
  if (learning) return [drop(learning, 'br_handle_frame_finish')];
  const passing = { bridge, ...bridged, ingress: port };
  const vague = whyUnknown(bridge);
  if (vague) return [...certainDrops(passing), unknown(vague)];
  const forHost = destination === bridge.link.mac ? 'host' : type;
  const snooped = snoop(bridge, bridged.frame, vlan);
  if (snooped) return [...forwardToMembers(passing, snooped), ...passUpToMember(passing, snooped, forHost)];
  const entry = isGroupMac(destination) ? undefined : learnt.find(bridge, destination, vlan);
  const proxied = proxy(bridge, port, bridged.frame, vlan, learnt);
  const answer = proxied.vague === undefined ? [] : [unknown(proxied.vague)];
  if (entry?.local) return [passUp(passing, forHost), ...keptFrom(passing, entry), ...answer];
  const heard = isGroupMac(destination) || isPromiscuous(bridge) ? [passUp(passing, forHost)] : [];
  return [...forward({ ...passing, proxied }, entry), ...heard, ...answer];
}

/** `br_pass_frame_up`: while it is promiscuous the host gets frames of any VLAN, with their tags. */
function passUp(passing: Passing, type: PacketType): Verdict {
  const { bridge } = passing;
  const refused = isPromiscuous(bridge) ? undefined : checkEgress(bridge, passing);
  if (refused) return drop(refused, 'br_pass_frame_up', { towards: bridge });
  return receiveOn(bridge, asItLeaves(bridge, passing), type);
}

function isPromiscuous({ link }: Device): boolean {
  return link.promiscuity > 0;
}

/** A frame of the bridge's own host: `br_dev_xmit`. */
export function sendByBridge(bridge: Device, frame: Frame, learnt: Learnt): readonly Verdict[] {
  const bridged = checkIngress(bridge, bridge, frame);
  if ('code' in bridged) return [drop(bridged, '__allowed_ingress')];
  const passing = { bridge, ...bridged, ingress: undefined };
  const vague = whyUnknown(bridge);
  if (vague) return [...certainDrops(passing), unknown(vague)];
  const snooped = snoop(bridge, bridged.frame, bridged.vlan);
  if (snooped) return forwardToMembers(passing, snooped);
  const entry = isGroupMac(frame.destination) ? undefined : learnt.find(bridge, frame.destination, bridged.vlan);
  const proxied = proxy(bridge, undefined, bridged.frame, bridged.vlan, learnt);
  const answer = proxied.vague === undefined ? [] : [unknown(proxied.vague)];
  return [...forward({ ...passing, proxied }, entry), ...answer];
}

interface Passing extends BridgedFrame {
  bridge: Device;
  /** Undefined: the bridge's own host sent it. */
  ingress: Device | undefined;
  proxied?: Proxied;
}

/** `br_forward` and `br_flood`, with what keeps the frame from each other port. */
function forward(passing: Passing, entry: FdbEntry | undefined): Verdict[] {
  const { bridge } = passing;
  const behind = entry && bridge.ports.find(({ index }) => index === entry.device);
  // Of the backup port nobody asks for a backup in turn.
  const backup = behind && backupOf(behind);
  return bridge.ports.flatMap((egress): Verdict[] => {
    if (entry && egress.index !== (backup?.index ?? entry.device)) return otherPort(passing, entry, egress);
    const obstacle = keeping(passing, egress, entry === undefined);
    return [
      obstacle
        ? drop(obstacle.cause, obstacle.function, { towards: egress })
        : transmitOn(egress, asItLeaves(egress, passing)),
    ];
  });
}

/** `br_multicast_flood`: to the members of a group, and to multicast routers. */
function forwardToMembers(passing: Passing, snooped: Snooped): Verdict[] {
  const { vague } = snooped;
  const all = passing.bridge.ports.flatMap((egress): Verdict[] => {
    const obstacle = keeping(passing, egress, false);
    if (obstacle) return [drop(obstacle.cause, obstacle.function, { towards: egress })];
    const isMember = snooped.isMember(egress);
    if (isMember) return [transmitOn(egress, asItLeaves(egress, passing))];
    return isMember === undefined ? [] : [noMember(passing, egress, snooped)];
  });
  const isUncertain = passing.bridge.ports.some((port) => snooped.isMember(port) === undefined);
  const why = vague ?? (isUncertain ? `${passing.bridge} snoops multicast` : undefined);
  return why === undefined ? all : [...all, unknown(why)];
}

function passUpToMember(passing: Passing, snooped: Snooped, type: PacketType): Verdict[] {
  const { bridge } = passing;
  const isMember = snooped.isMember(bridge) || isPromiscuous(bridge) || undefined;
  if (isMember) return [passUp(passing, type)];
  return snooped.isMember(bridge) === undefined
    ? [unknown(`${bridge} snoops multicast`)]
    : [noMember(passing, bridge, snooped)];
}

function noMember({ vlan }: Passing, to: Device, { group }: Snooped): Verdict {
  const facts = { port: to.name, group, ...(vlan === undefined ? {} : { vlan }) };
  return drop({ code: 'bridge.no-mdb-entry', facts }, 'br_multicast_flood', { towards: to });
}

/** The port that takes over while one has no carrier (`br_forward`): for what is sent to that port alone. */
function backupOf(port: Device): Device | undefined {
  const { backupPort } = settingsOf(port);
  return port.link.carrier || !backupPort ? undefined : port.inHost(backupPort);
}

/** What holds whomever the bridge may send to. */
function certainDrops(passing: Passing): Verdict[] {
  return passing.bridge.ports.flatMap((egress) => {
    const cause = shouldDeliver(passing, egress);
    return cause ? drop(cause, 'should_deliver', { towards: egress }) : [];
  });
}

/** What keeps a frame from a port: `should_deliver`, the flags that `br_flood` looks at, `br_dev_queue_push_xmit`. */
function keeping(passing: Passing, egress: Device, isFlooded: boolean): { cause: Cause; function: string } | undefined {
  const { frame, ingress } = passing;
  const refused = shouldDeliver(passing, egress);
  if (refused) return { cause: refused, function: 'should_deliver' };
  const kind = floodKind(frame.destination);
  // What the bridge's own host sends to many goes everywhere.
  if (isFlooded && settingsOf(egress)[kind] === false && (kind === 'flood' || ingress))
    return { cause: floodCause(kind, egress.name, frame.destination), function: 'br_flood' };
  if (isFlooded && settingsOf(egress).proxyArp)
    return { cause: { code: 'bridge.proxy-arp', facts: { port: egress.name } }, function: 'br_flood' };
  const held = isFlooded && heldBack(passing, egress);
  if (held) return { cause: held, function: 'br_flood' };
  const [length, { mtu }] = [sizeOf(frame), egress.link];
  // is_skb_forwardable: up to the port's MTU, the Ethernet header and a VLAN tag.
  if (length <= mtu + 4) return undefined;
  const facts = { device: egress.name, mtu, length, where: { is: 'bridge' } } as const;
  return { cause: { code: 'link.mtu', facts }, function: 'br_dev_queue_push_xmit' };
}

/** What is said to others about an address, where the bridge knows better (`proxyarp_replied`). */
function heldBack({ proxied, vlan }: Passing, egress: Device): Cause | undefined {
  const { neighVlanSuppress, proxyArpWifi } = settingsOf(egress);
  const suppresses = isSuppressed(egress, vlan);
  if (!proxied?.held || !(suppresses || proxyArpWifi)) return undefined;
  const setting = suppresses ? 'neigh_suppress' : 'proxy_arp_wifi';
  const ofVlan = suppresses && neighVlanSuppress && vlan !== undefined ? { vlan } : {};
  return { code: 'bridge.neigh-suppress', facts: { port: egress.name, setting, ...proxied.held, ...ofVlan } };
}

function shouldDeliver(passing: Passing, egress: Device): Cause | undefined {
  const { bridge, ingress } = passing;
  const settings = settingsOf(egress);
  const closed = stateCause(egress, bridge, settings, 'out');
  if (closed) return closed;
  const port = egress.name;
  if (egress === ingress && !settings.hairpin) return { code: 'bridge.hairpin-off', facts: { port, wouldHelp: true } };
  const refused = checkEgress(egress, passing);
  if (refused) return refused;
  const isolated = ingress && settingsOf(ingress).isolated && settings.isolated;
  return isolated ? { code: 'bridge.isolated', facts: { ingress: ingress.name, egress: port } } : undefined;
}

function otherPort({ bridge, frame, ingress }: Passing, entry: FdbEntry, wanted: Device): Verdict[] {
  // Nobody expects a frame back where it came from.
  if (wanted === ingress) return [];
  const sender = sentToItself(bridge.network, frame);
  if (sender) return [drop(sender, 'br_handle_frame_finish', { towards: wanted })];
  const behind = bridge.ports.find(({ index }) => index === entry.device) ?? bridge;
  const facts = { mac: frame.destination, port: behind.name, wanted: wanted.name };
  return [drop({ code: 'bridge.other-port', facts }, 'br_handle_frame_finish', { towards: wanted })];
}

/** A local entry, which iproute2 calls `permanent`, is for the bridge's own host (`br_pass_frame_up`): no port sends the frame. */
function keptFrom({ bridge, frame, ingress }: Passing, entry: FdbEntry): Verdict[] {
  const at = bridge.ports.find(({ index }) => index === entry.device) ?? bridge;
  return bridge.ports
    .filter((port) => port !== ingress)
    .map((wanted) => {
      const facts = { mac: frame.destination, port: at.name, wanted: wanted.name };
      return drop({ code: 'bridge.local-entry', facts }, 'br_handle_frame_finish', { towards: wanted });
    });
}

/** Why a port takes nothing in; undefined where it does, or is no port. */
export function closedCause(port: Device): Cause | undefined {
  const { bridge } = port;
  return bridge && stateCause(port, bridge, settingsOf(port), 'in');
}

/** Why a port takes nothing in, or lets nothing out. */
function stateCause(port: Device, bridge: Device, { state, guard }: Settings, side: 'in' | 'out'): Cause | undefined {
  const fault = linkCause(port);
  if (fault) return fault;
  // The states of VLANs count in its place (br_mst_is_enabled), and stay when the bridge goes down.
  if (hasInstances(bridge)) return undefined;
  // With it all of its ports are disabled (br_stp_disable_bridge).
  if (!bridge.link.up) return { code: 'bridge.down', facts: { namespace: bridge.namespace, bridge: bridge.link.name } };
  if (state === 'forwarding') return undefined;
  const hasTree = bridgeKind.of(bridge.link).stp;
  const facts: CauseOf<'bridge.port-state'>['facts'] = { port: port.name, state: state ?? 'unknown', side };
  if (guard && state === 'disabled') facts.because = 'bpdu-guard';
  else if (hasTree) facts.because = 'spanning-tree';
  return { code: 'bridge.port-state', facts };
}

function hasInstances(bridge: Device): boolean {
  return bridgeKind.of(bridge.link).mstEnabled === true;
}

function floodKind(destination: string): FloodKind {
  if (destination === BROADCAST_MAC) return 'bcastFlood';
  return isGroupMac(destination) ? 'mcastFlood' : 'flood';
}

function floodCause(kind: FloodKind, port: Device['name'], mac: string): Cause {
  if (kind === 'bcastFlood') return { code: 'bridge.bcast-flood-off', facts: { port } };
  if (kind === 'mcastFlood') return { code: 'bridge.mcast-flood-off', facts: { port } };
  return { code: 'bridge.flood-off', facts: { port, mac } };
}

/** `br_fdb_update`: an address of the bridge itself stays, and a sticky one; every other moves to where it was heard. */
function learn({ learnt, port, bridge, settings, vlan }: Learning, mac: string): void {
  if (settings.learning === false || bridgeKind.of(bridge.link).ageingTime === 0) return;
  const known = learnt.find(bridge, mac, vlan);
  if (!known?.local && !known?.sticky) learnt.put(bridge, mac, vlan, port);
}

interface Learning {
  learnt: Learnt;
  port: Device;
  bridge: Device;
  settings: Settings;
  vlan: number | undefined;
}

/** What in a bridge's settings the model does not follow. */
function whyUnknown(bridge: Device): string | undefined {
  if (hasInstances(bridge) && !bridge.link.up) return `${bridge} is down, and its VLANs keep their states`;
  if (hasFilters(bridge)) return `${bridge.namespace} has packet filters that bridged frames pass`;
  return undefined;
}

/** Tables of the family bridge; with br_netfilter those of IP as well (`br_nf_pre_routing`). */
function hasFilters({ host: { filters, sysctls } }: Device): boolean {
  const { nftables, legacy } = filters;
  const isCalled = ['iptables', 'ip6tables', 'arptables'].some(
    (which) => sysctls[`net.bridge.bridge-nf-call-${which}`] === '1',
  );
  const ofIp = legacy.length > 0 || nftables.some((family) => ['ip', 'ip6', 'inet', 'arp'].includes(family));
  return nftables.includes('bridge') || legacy.includes('eb') || (isCalled && ofIp);
}

function settingsOf({ link }: Device): Settings {
  return portOf(link) as Settings;
}
