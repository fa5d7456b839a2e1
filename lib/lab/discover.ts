import { isBridgePort } from '../links/bridge-port.ts';
import { FALLBACK_TUNNELS } from '../links/fallback-tunnels.ts';
import { kindOf } from '../links/registry.ts';
import { Monitor } from '../netlink/monitor.ts';
import type { Link } from '../state/network-state.ts';
import { readNetwork } from '../state/read-network.ts';
import { deviceAt } from './device-at.ts';
import { engineOf, enginesOf } from './engines/engine.ts';
import { handleOf } from './handle.ts';
import type { Interface } from './interface.ts';
import { realParentOf, taggedSegment } from './making/add-link.ts';
import { joinMaster } from './making/master.ts';
import { ownBridge } from './making/own-bridge.ts';
import { settle } from './making/settle.ts';
import type { Namespace } from './namespace.ts';

type Links = ReadonlyMap<Namespace, readonly Link[]>;

/** Who tells of news, for each namespace that has been looked at. */
const monitors = new WeakMap<Namespace, Monitor>();
/** Of those, the ones without news since. */
const upToDate = new WeakSet<Namespace>();

/** Brings what the namespaces' interfaces are up to date with the kernel; {@link Lab.discover} is this. */
export function discover(namespaces: readonly Namespace[]): Interface[] {
  // Each question begins with this, and hardly ever is there any news.
  for (const namespace of namespaces) listen(namespace);
  if (namespaces.every((namespace) => upToDate.has(namespace))) return [];
  const found = lookAtAll(namespaces);
  for (const namespace of namespaces) upToDate.add(namespace);
  return found;
}

function listen(namespace: Namespace): void {
  const monitor = monitors.get(namespace);
  if (monitor?.changed()) upToDate.delete(namespace);
  if (!monitor)
    monitors.set(namespace, engineOf(namespace.lab).resources.add(new Monitor(engineOf(namespace).netns, ['link'])));
}

function lookAtAll(namespaces: readonly Namespace[]): Interface[] {
  const states = readNetwork(enginesOf(namespaces), []).namespaces;
  const links: Links = new Map(namespaces.map((namespace, at) => [namespace, states[at]?.links ?? []]));
  for (const [namespace, listed] of links) {
    for (const device of [...namespace.interfaces]) {
      const link = listed.find(({ index }) => index === device.index);
      if (link) engineOf(device).refresh(link);
      else engineOf(device).vanish();
    }
  }
  const all = [...links].flatMap(([namespace, listed]) => listed.map((link) => ({ namespace, link })));
  // The next one may have been taken as the device below one before it.
  const found = all.flatMap(({ namespace, link }) =>
    isOfTheKernel(namespace, link) || deviceAt(namespace, link.index) ? [] : take(namespace, link, links),
  );
  for (const { namespace, link } of all) connect(namespace, link, links);
  settle(...found.filter(followsCarrier));
  return found;
}

function isOfTheKernel(namespace: Namespace, { name, index }: Link): boolean {
  // By its index: a spec may give it another name.
  return name === 'lo' || FALLBACK_TUNNELS.test(name) || ownBridge(namespace)?.index === index;
}

/** A bridge's carrier is its ports', and what leads nobody knows where, such as ifb and tun, has none to follow. */
function followsCarrier(device: Interface): boolean {
  const kind = kindOf(device);
  return kind !== undefined && kind.end !== 'unknown' && !kind.isMaster;
}

/** Makes the interface that stands for a device. Those below it are taken first: a macvlan has its parent for life. */
function take(namespace: Namespace, link: Link, links: Links): Interface {
  const { index, name, mac, kind: kindName = 'device' } = link;
  const kind = kindOf(link);
  const lower = kind && kind.lower !== 'none' ? takeLower(link, links) : undefined;
  const tag = kind?.description.tag?.(kind.of(link));
  const segment = tag ? taggedSegment(lower?.segment, tag, namespace.lab) : lower?.segment;
  const parent = kind && lower && realParentOf(kind, lower);
  const device = handleOf({ namespace, index, name, mac, kind: kindName, segment, parent });
  engineOf(device).isPort = isBridgePort(link);
  engineOf(namespace).devices.register(device);
  return device;
}

function takeLower(link: Link, links: Links): Interface | undefined {
  const lower = lowerOf(link, links);
  if (!lower) return undefined;
  return deviceAt(lower.namespace, lower.link.index) ?? take(lower.namespace, lower.link, links);
}

/** A cable's two ends, and a device and its master, learn of each other once all are there. */
function connect(namespace: Namespace, link: Link, links: Links): void {
  const device = deviceAt(namespace, link.index);
  if (!device) return;
  if (kindOf(link)?.end === 'peer') {
    const other = lowerOf(link, links);
    device.peer = other && deviceAt(other.namespace, other.link.index);
  }
  const own = ownBridge(namespace);
  const { master } = link;
  joinMaster(device, master === undefined ? undefined : master === own?.index ? own : deviceAt(namespace, master));
}

/** The device below, or at the other end, where that is in the lab. */
function lowerOf({ peer, lower }: Link, links: Links): { namespace: Namespace; link: Link } | undefined {
  const place = peer ?? lower;
  const [namespace, listed] = [...links].find(([{ name }]) => name === place?.namespace) ?? [];
  const link = listed?.find(({ index }) => index === place?.index);
  return namespace && link && { namespace, link };
}
