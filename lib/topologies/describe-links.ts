import { FIRST_INDEX } from '../lab/engines/lab-engine.ts';
import { macOf } from '../lab/tables/interface-list.ts';
import { isBridgePort, PORT_OPTIONS } from '../links/bridge-port.ts';
import { kindOf, USUAL_PAIR } from '../links/registry.ts';
import { ipLink } from '../netlink/link.ts';
import type { Request } from '../netlink/request.ts';
import { devicesIn, loopbackOf, switchBridge } from '../report/lab-devices.ts';
import type { WholeLabState, WholeNamespace } from '../report/lab-state.ts';
import { changedPort, settingsToSay } from '../report/script/link-words.ts';
import {
  changeRequests,
  changesOfBridge,
  changesOfLoopback,
  extrasOf,
  isArpOff,
} from '../report/script/script-links.ts';
import { bridgeOf, linkAt, linkIn, lowerOf, peerOf } from '../state/find-link.ts';
import { freshLink } from '../state/fresh-links.ts';
import type { Link } from '../state/network-state.ts';
import { addressRemarks, describeAddresses, otherAddresses } from './describe-addresses.ts';
import { describeForwarding, describeVlans, forwardingRemarks } from './describe-forwarding.ts';
import { describeTraffic } from './describe-traffic.ts';
import { type Subject, subjectOf } from './described.ts';
import type { Mapping } from './topology.ts';

/** A device of a state. */
interface Device extends Subject {
  readonly link: Link;
}

/** The links of a state, those first that others are made on, and of each namespace what `exec` has to do beside them. */
export interface DescribedLinks {
  readonly links: readonly Mapping[];
  readonly exec: ReadonlyMap<string, readonly Request[]>;
  /** What is left out of a link, by its place in the list. */
  readonly remarks: readonly { at: number; text: string }[];
}

export function describeLinks(state: WholeLabState): DescribedLinks {
  const exec = new Map<string, Request[]>(state.namespaces.map(({ name }) => [name, []]));
  const remarks: { at: number; text: string }[] = [];
  const links: Mapping[] = [];
  // The lab counts its devices, and makes MAC addresses of the numbers.
  let index = FIRST_INDEX + state.namespaces.filter(({ role }) => role === 'switch').length;
  const add = (device: Device) => {
    exec.get(device.namespace.name)?.push(...otherSettings(device));
    const { namespace, link } = device;
    for (const text of [...addressRemarks(namespace, link), ...forwardingRemarks(namespace, link)])
      remarks.push({ at: links.length, text });
    return index++;
  };
  for (const namespace of state.namespaces)
    exec.get(namespace.name)?.push(...requestsOfLoopback(namespace), ...otherChangesOfBridge(namespace));
  for (const [device, peer] of inOrder(state)) {
    if (peer) {
      const ends = [device, peer].map((end) => describeEnd(end, add(end)));
      if (peer.link.mtu !== device.link.mtu) {
        const { index: changed, mtu } = peer.link;
        exec.get(peer.namespace.name)?.push(ipLink.change({ index: changed, mtu }));
      }
      links.push({ a: short(ends[0] ?? {}), b: short(ends[1] ?? {}), ...describePair(device) });
    } else links.push(describeSingle(device, add(device)));
  }
  return { links, exec, remarks };
}

/** Each device, or pair, after those that it is made on, and otherwise in the order of their indexes. */
function inOrder(state: WholeLabState): [Device, Device | undefined][] {
  const ordered: [Device, Device | undefined][] = [];
  const done = new Set<Link>();
  const all = state.namespaces
    .flatMap((namespace) => devicesIn(namespace).map((link): Device => ({ ...subjectOf(state, namespace), link })))
    .toSorted((one, other) => one.link.index - other.link.index);
  const visit = (device: Device) => {
    const { link } = device;
    if (done.has(link)) return;
    done.add(link);
    const peer = all.find((each) => each.link === peerOf(state, link));
    if (peer) done.add(peer.link);
    const below = [lowerOf(state, link), ...namedDevices(device)];
    for (const each of all) if (each !== device && below.includes(each.link)) visit(each);
    ordered.push([device, peer]);
  };
  for (const device of all) visit(device);
  return ordered;
}

/** The devices that a link's settings name; not those of a bond, which must be there before its slaves. */
function namedDevices({ namespace, link }: Device): (Link | undefined)[] {
  const kind = kindOf(link);
  if (!kind || kind.isMaster) return [];
  return kind.deviceOptions.map((option) => {
    const index: unknown = Object(link.data)[option];
    return typeof index === 'number' ? linkIn(namespace, index) : undefined;
  });
}

function describePair({ namespace, link }: Device): Mapping {
  return {
    ...(link.kind === USUAL_PAIR ? {} : { kind: link.kind }),
    ...(link.mtu === USUAL_MTU ? {} : { mtu: link.mtu }),
    ...settingsToSay(namespace, link),
  };
}

const USUAL_MTU = 1500;

function describeEnd(device: Device, index: number): Mapping {
  const { namespace, link } = device;
  const isPort = link.master !== undefined && link.master === namespace.bridge;
  return {
    ...describeDevice(device, index, isPort),
    ...(isPort || namespace.role === 'switch' ? {} : describeAddresses(device.namespace, device.link)),
  };
}

/** An end of which there is only a name to say. */
function short(end: Mapping): unknown {
  return Object.keys(end).length === 1 ? end['name'] : end;
}

function describeSingle(device: Device, index: number): Mapping {
  const { state, namespace, link } = device;
  const lower = link.lower && linkAt(state, link.lower);
  const { name, ...own } = describeDevice(device, index, false);
  return {
    kind: link.kind,
    name,
    ...(lower ? { parent: `${link.lower?.namespace}/${lower.name}` } : {}),
    ...namedIn(device, settingsToSay(namespace, link) ?? {}),
    ...(link.mtu === usualMtu(link, lower) ? {} : { mtu: link.mtu }),
    ...own,
    ...describeAddresses(device.namespace, device.link),
    ...describeForwarding(device, link),
  };
}

/** The MTU that the lab, or the kernel, gives a new device. That of a tunnel depends on its way, and is always said. */
function usualMtu(link: Link, lower: Link | undefined): number | undefined {
  const kind = kindOf(link);
  if (lower || !kind || kind.options.has('remote')) return lower?.mtu;
  return freshLink(kind.kind, false, link.data)?.state.mtu;
}

/** What all devices may have. */
function describeDevice(device: Device, index: number, isOfSwitch: boolean): Mapping {
  const { namespace, link, names } = device;
  const { name, master, up, promiscuous } = link;
  const port = isBridgePort(link) ? portOptions(device) : {};
  return {
    name: `${namespace.name}/${name}`,
    ...macOfDevice(device, index),
    ...(up ? {} : { up: false }),
    ...(promiscuous ? { promiscuous: true } : {}),
    ...(master === undefined || isOfSwitch ? {} : { master: names.device(master) }),
    ...port,
    ...describeVlans(namespace, link),
    ...describeTraffic(namespace, link),
  };
}

function macOfDevice({ state, namespace, link }: Device, index: number): Mapping {
  const master = linkIn(namespace, link.master);
  if (master && link.mac === master.mac && kindOf(master)?.description.givesMac?.(Object(master.data))) return {};
  const kind = kindOf(link);
  const settings = Object(link.data);
  const lower = lowerOf(state, link);
  const { withoutMac, fixedMac } = kind?.description ?? {};
  const isFixed = withoutMac?.(settings) || fixedMac?.(settings) !== undefined;
  const usual = kind?.description.mac === 'lower' ? lower?.mac : macOf(index);
  return isFixed || link.mac === usual || link.mac === '' ? {} : { mac: link.mac };
}

function portOptions({ namespace, link, names }: Device): Mapping {
  const { backupPort, ...changed } = changedPort(namespace, link);
  const options = Object.entries(changed).filter(([option]) => PORT_OPTIONS.some((known) => known === option));
  const state: unknown = Object(link.slaveData).state;
  const isSet = link.up && link.carrier && !Object(bridgeOf(namespace, link)?.data).stp && state !== 'forwarding';
  return {
    ...Object.fromEntries(options),
    ...(backupPort ? { backupPort: names.device(Number(backupPort)) } : {}),
    ...(isSet ? { state } : {}),
  };
}

/** Settings that are other devices, by their names. */
function namedIn({ link, names }: Device, settings: Mapping): Mapping {
  const devices = kindOf(link)?.deviceOptions ?? [];
  return Object.fromEntries(
    Object.entries(settings).map(([option, value]) => [
      option,
      devices.includes(option) && typeof value === 'number' ? names.device(value) : value,
    ]),
  );
}

function otherSettings({ namespace, link }: Device): Request[] {
  const { index, allMulticast } = link;
  const changes = { ...(allMulticast ? { allMulticast } : {}), ...(isArpOff(link) ? { arp: false } : {}) };
  const isLoose = namespace.role === 'switch' && link.peer !== undefined && link.master !== namespace.bridge;
  return [
    ...changeRequests(link, changes),
    ...(isLoose ? [ipLink.change({ index, master: link.master ?? 0 })] : []),
    ...extrasOf(link),
    ...otherAddresses(namespace, link),
  ];
}

function requestsOfLoopback(namespace: WholeNamespace): Request[] {
  const loopback = loopbackOf(namespace);
  if (!loopback) return [];
  const { index, up } = loopback;
  const isUsual = up === (namespace.role !== 'switch');
  return [
    ...(isUsual ? [] : [ipLink.change({ index, up })]),
    ...changeRequests(loopback, changesOfLoopback(loopback)),
    ...extrasOf(loopback),
    ...otherAddresses(namespace, loopback),
  ];
}

/** The bridge of a switch as a device: `role: switch` says its settings as a bridge only. */
function otherChangesOfBridge(namespace: WholeNamespace): Request[] {
  const bridge = switchBridge(namespace);
  if (!bridge) return [];
  const { index } = bridge;
  const changes = changesOfBridge(namespace, bridge);
  // Of a new MAC address it makes a new link-local one, but only as it comes up (addrconf_notify).
  const first = bridge.up && changes.mac === undefined ? changes : { ...changes, up: false };
  return [
    ...changeRequests(bridge, first),
    ...(bridge.up && first.up === false ? [ipLink.change({ index, up: true })] : []),
    ...extrasOf(bridge),
    ...otherAddresses(namespace, bridge),
  ];
}
