import { omit, pick } from '../../base/plain-object.ts';
import { bridgeLink, isBridgePort } from '../../links/bridge-port.ts';
import { newLinkWords } from '../../links/make-link.ts';
import { changedMemberSettings, kindOf } from '../../links/registry.ts';
import { ipAltname } from '../../netlink/altname.ts';
import { ipLink } from '../../netlink/link.ts';
import type { Request } from '../../netlink/request.ts';
import { ipToken } from '../../netlink/token.ts';
import { bridgeOf, linkAt, peerOf } from '../../state/find-link.ts';
import type { Link } from '../../state/network-state.ts';
import { NO_MAC } from '../../wire/mac-address.ts';
import { devicesIn, loopbackOf, switchBridge } from '../lab-devices.ts';
import type { WholeLabState, WholeNamespace } from '../lab-state.ts';
import { changedPort, linkData } from './link-words.ts';
import { sayer } from './script-words.ts';
import { shellLine } from './shell-words.ts';

const DEFAULT_MTU = 1500;
/** `loopback_setup` */
const LOOPBACK_MTU = 65_536;

/** A device, and where it is. */
interface Device {
  readonly link: Link;
  readonly namespace: WholeNamespace;
}

/**
 * Makes the devices, each in its namespace. Their indexes are kept: a veth whose index happens to be its peer's hears
 * late of its carrier (`linkwatch_urgent_event`).
 */
export function linkLines(state: WholeLabState): string[] {
  const made = new Set<Link>();
  return [
    ...state.namespaces.flatMap((namespace) => switchLines(state, namespace)),
    ...devicesOf(state).flatMap((device) => {
      if (made.has(device.link)) return [];
      const peer = peerOf(state, device.link);
      for (const end of [device.link, ...(peer ? [peer] : [])]) made.add(end);
      return deviceLines(state, device, peer);
    }),
    ...devicesOf(state).flatMap(({ link, namespace }) => changeLines(state, namespace, link, flagsOf(link))),
    ...state.namespaces.flatMap((namespace) => {
      const loopback = loopbackOf(namespace);
      return loopback ? changeLines(state, namespace, loopback, changesOfLoopback(loopback)) : [];
    }),
    ...state.namespaces.flatMap((namespace) => bridgeLines(state, namespace)),
  ];
}

/** What somebody changed of the bridge of a switch as a device, but for whether it is up. */
export function changesOfBridge({ links }: WholeNamespace, bridge: Link): Parameters<typeof ipLink.change>[0] {
  const ports = links.filter(({ master }) => master === bridge.index);
  const lowest = ports.map(({ mac }) => mac).toSorted()[0];
  const least = Math.min(...ports.map(({ mtu }) => mtu));
  return {
    ...flagsOf(bridge),
    // By itself it has the lowest address of its ports (br_stp_recalculate_bridge_id); a random one without any.
    ...(lowest === undefined || lowest === bridge.mac ? {} : { mac: bridge.mac }),
    // By itself it has the smallest MTU of its ports (br_mtu_auto_adjust).
    ...(bridge.mtu === (ports.length > 0 ? least : DEFAULT_MTU) ? {} : { mtu: bridge.mtu }),
    ...(bridge.master === undefined ? {} : { master: bridge.master }),
  };
}

/** What somebody changed of a loopback, but for whether it is up. */
export function changesOfLoopback(loopback: Link): Parameters<typeof ipLink.change>[0] {
  const { mac, mtu, arp } = loopback;
  return {
    ...flagsOf(loopback),
    ...(arp ? {} : { arp }),
    ...(mac === NO_MAC ? {} : { mac }),
    ...(mtu === LOOPBACK_MTU ? {} : { mtu }),
  };
}

/** Every device, those first that others are made on. */
export function devicesOf(state: WholeLabState): Device[] {
  const devices = state.namespaces.flatMap((namespace) => devicesIn(namespace).map((link) => ({ link, namespace })));
  // A port names its bridge when it is made, a member of a bond its bond, a child its parent.
  const depthOf = (link: Link): number => {
    if (kindOf(link)?.isMaster) return 0;
    const below = link.lower && linkAt(state, link.lower);
    return link.link === undefined || link.peer ? 1 : 1 + Math.max(1, below ? depthOf(below) : 1);
  };
  return devices.sort((one, other) => depthOf(one.link) - depthOf(other.link) || one.link.index - other.link.index);
}

/** The settings of a namespace's ports, but for their states. */
export function portRequests(namespace: WholeNamespace): Request[] {
  return namespace.links.filter(isBridgePort).flatMap((link) => {
    const settings = changedPort(namespace, link);
    return Object.keys(settings).length > 0 ? [bridgeLink.change({ index: link.index, ...settings })] : [];
  });
}

/** The states that somebody set: a port that is up and has a carrier forwards otherwise. */
export function portStateLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.links
    .filter((link) => isBridgePort(link) && link.up && link.carrier)
    .flatMap((link) => {
      const bridge = bridgeOf(namespace, link);
      if (Object(bridge?.data).stp)
        return [`# ${link.name} forwards once the spanning tree says so: after 30 s, unless it was told otherwise.`];
      const { state: portState } = Object(link.slaveData);
      return portState === 'forwarding' ? [] : [say(bridgeLink.change({ index: link.index, state: portState }))];
    });
}

/** Brings up what was up, devices before those on top of them. */
export function upLines(state: WholeLabState): string[] {
  const up = (namespace: WholeNamespace, link: Link | undefined) =>
    link?.up ? [sayer(state, namespace.name)(ipLink.change({ index: link.index, up: true }))] : [];
  const { namespaces } = state;
  return [
    ...namespaces.flatMap((namespace) => up(namespace, loopbackOf(namespace))),
    ...namespaces.flatMap((namespace) => up(namespace, switchBridge(namespace))),
    ...devicesOf(state).flatMap(({ link, namespace }) => up(namespace, link)),
  ];
}

/** The settings of a bond that name its slaves: they can be said once these belong to it. */
export function memberLines(state: WholeLabState): string[] {
  return devicesOf(state).flatMap(({ link, namespace }) => {
    const names = namesOfMembers(link);
    const data = pick(linkData(namespace, link) ?? {}, names);
    if (Object.keys(data).length === 0) return [];
    const change = ipLink.change({ index: link.index, kind: link.kind, data });
    return [sayer(state, namespace.name)(change)];
  });
}

/** What a device has to be told when it is made. */
function settingsOfNew(namespace: WholeNamespace, link: Link): object | undefined {
  const data = linkData(namespace, link);
  return data && omit(data, namesOfMembers(link));
}

function namesOfMembers(link: Link): readonly string[] {
  const kind = kindOf(link);
  return kind?.isMaster ? kind.deviceOptions : [];
}

function switchLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const bridge = switchBridge(namespace);
  if (!bridge) return [];
  const { name, index: newIndex, kind } = bridge;
  const data = linkData(namespace, bridge);
  return [sayer(state, namespace.name)(ipLink.add({ name, newIndex, kind, data }))];
}

function deviceLines(state: WholeLabState, device: Device, peer: Link | undefined): string[] {
  const { link, namespace } = device;
  const say = sayer(state, namespace.name);
  if (peer) return cableLines(state, device, peer);
  // A tunnel may be bound to a device, which is a setting of its own.
  if (kindOf(link)?.lower === 'none' || link.lower === undefined) {
    const nic = namespace.nics[link.index];
    if (nic !== undefined) return [...childOfNic(namespace, link, nic), ...masterLines(state, device)];
    const settings = settingsOfNew(namespace, link);
    const kind = kindOf(link);
    // Of such a link no program can choose the index.
    if (kind?.description.making) {
      const change = changeRequests(link, hardware(link)).map(say);
      return [say(newLinkWords(kind, link.name, settings ?? {})), ...change, ...masterLines(state, device)];
    }
    const added = { ...hardware(link), kind: link.kind, data: settings };
    return [say(ipLink.add({ name: link.name, newIndex: link.index, ...added })), ...masterLines(state, device)];
  }
  const request = ipLink.add(childOf(state, device));
  return [sayer(state, link.lower.namespace)(request), ...masterLines(state, device)];
}

function childOf(state: WholeLabState, { link, namespace }: Device): Parameters<typeof ipLink.add>[0] {
  const { name, index: newIndex, kind, lower } = link;
  // A passthru child and an ipvlan have their parent's address, whatever is asked for.
  const shares = kindOf(link)?.description.fixedMac?.(Object(link.data)) !== undefined;
  const { mac, ...rest } = hardware(link);
  return {
    ...{ name, newIndex, link: lower?.index, netns: state.namespaces.indexOf(namespace) },
    ...{ ...rest, ...(shares ? {} : { mac }) },
    ...{ kind, data: linkData(namespace, link) },
  };
}

/** Its words say the NIC by its name, which no index of the lab stands for. */
function childOfNic(namespace: WholeNamespace, link: Link, nic: string): string[] {
  const child = childOf({ namespaces: [namespace], programs: [] }, { link, namespace });
  const names = { namespace: undefined, device: () => nic, netns: () => namespace.name };
  return [
    `# ${nic} is a real NIC: as root in its network, not in one of its own`,
    shellLine(
      ...ipLink
        .add({ ...child, link: link.index })
        .words(names)
        .split(' '),
    ),
  ];
}

function cableLines(state: WholeLabState, device: Device, other: Link): string[] {
  const { link, namespace } = device;
  const there = state.namespaces.find(({ name }) => name === link.peer?.namespace) ?? namespace;
  // Only the device itself can be made a port at once, not its peer.
  const isTurned = isBridgePort(other) && !isBridgePort(link);
  const main = isTurned ? { link: other, namespace: there } : device;
  const peer = isTurned ? device : { link: other, namespace: there };
  const end = (at: Device) => ({ name: at.link.name, newIndex: at.link.index, ...hardware(at.link) });
  const request = ipLink.add({
    ...{ ...end(main), master: main.link.master, kind: main.link.kind },
    data: {
      ...linkData(main.namespace, main.link),
      peer: { ...end(peer), netns: state.namespaces.indexOf(peer.namespace) },
    },
  });
  return [sayer(state, main.namespace.name)(request), ...masterLines(state, peer)];
}

function masterLines(state: WholeLabState, { link, namespace }: Device): string[] {
  if (link.master === undefined) return [];
  return [sayer(state, namespace.name)(ipLink.change({ index: link.index, master: link.master }))];
}

function bridgeLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const bridge = switchBridge(namespace);
  return bridge ? changeLines(state, namespace, bridge, changesOfBridge(namespace, bridge)) : [];
}

/** The settings of a device that are set after it is made. Each protodown reason has its own line: `ip` takes the last one of a line. */
export function extrasOf(link: Link): Request[] {
  const { index, altnames, token, protodown, protodownReasons, slaveKind } = link;
  const slaveData = changedMemberSettings(link);
  return [
    ...(Object.keys(slaveData).length > 0 ? [ipLink.change({ index, slaveKind, slaveData })] : []),
    ...(altnames.length > 0 ? [ipAltname.add({ index, altnames })] : []),
    ...(token === '::' ? [] : [ipToken.change({ index, token })]),
    ...(protodown ? [ipLink.change({ index, protodown })] : []),
    ...protodownReasons.map((reason) => ipLink.change({ index, protodownReasons: [reason] })),
  ];
}

function changeLines(state: WholeLabState, { name }: WholeNamespace, link: Link, changes: object): string[] {
  return changeRequests(link, changes).map(sayer(state, name));
}

/** Changes a device, if there is anything to change. */
export function changeRequests({ index }: Link, changes: object): Request[] {
  return Object.keys(changes).length > 0 ? [ipLink.change({ index, ...changes })] : [];
}

function flagsOf(link: Link): { promiscuous?: boolean; allMulticast?: boolean; arp?: boolean } {
  const { promiscuous, allMulticast } = link;
  return {
    ...(promiscuous ? { promiscuous } : {}),
    ...(allMulticast ? { allMulticast } : {}),
    ...(isArpOff(link) ? { arp: false } : {}),
  };
}

/** Whether somebody took ARP from a device. */
export function isArpOff(link: Link): boolean {
  const kind = kindOf(link);
  // Of a kind that nobody has described, such as a tunnel, nobody knows whether it ever asks.
  return !link.arp && kind !== undefined && !kind.description.noArp;
}

function hardware(link: Link): { mac?: string; mtu?: number } {
  const { mac, mtu } = link;
  // A tunnel of IP has its local address in place of one, or none.
  const own = kindOf(link)?.description.withoutMac?.(Object(link.data)) ? {} : { mac };
  return mtu === DEFAULT_MTU ? own : { ...own, mtu };
}
