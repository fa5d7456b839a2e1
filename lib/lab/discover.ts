import { ipLink, type LinkState } from '../netlink/link.ts';
import { Monitor } from '../netlink/monitor.ts';
import { ipNetns } from '../netlink/namespace-id.ts';
import { Bridge } from './bridge.ts';
import { Interface, type InterfaceOrigin } from './interface.ts';
import { Ipvlan, Ipvtap } from './ipvlan.ts';
import { Macvlan } from './macvlan.ts';
import { Macvtap } from './macvtap.ts';
import type { Namespace } from './namespace.ts';
import { Port } from './port.ts';
import { settle } from './settle.ts';
import { Vlan, vlanSegment } from './vlan.ts';
import { vlanKind } from './vlan-attributes.ts';

/** What some kernels put into every namespace (`net.core.fb_tunnels_only_for_init_net`). */
const FALLBACK_TUNNELS = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;

/** Kinds of devices on top of another. */
const CHILDREN = ['macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'vlan'];

type Links = ReadonlyMap<Namespace, readonly LinkState[]>;

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
  if (!monitor) monitors.set(namespace, namespace.lab.own(new Monitor(namespace.handle, ['link'])));
}

function lookAtAll(namespaces: readonly Namespace[]): Interface[] {
  const links: Links = new Map(namespaces.map((namespace) => [namespace, namespace.rtnetlink.list(ipLink.all())]));
  for (const [namespace, listed] of links) refresh(namespace, listed);
  const found: Interface[] = [];
  for (const [namespace, listed] of links) {
    for (const link of listed) {
      if (isOfTheKernel(namespace, link) || deviceOf(namespace, link.index)) continue;
      found.push(take(namespace, link, links));
    }
  }
  for (const [namespace, listed] of links) {
    for (const link of listed) {
      const device = deviceOf(namespace, link.index);
      if (device) reclass(device, isPort(namespace, link, links));
      connect(namespace, link, links);
    }
  }
  // Others, such as ifb and tun, have no carrier to follow.
  settle(...found.filter(({ kind }) => ['veth', 'dummy', ...CHILDREN].includes(kind)));
  return found;
}

function refresh(namespace: Namespace, listed: readonly LinkState[]): void {
  for (const device of [...namespace.interfaces]) {
    const link = listed.find(({ index }) => index === device.index);
    if (link) device.refresh(link);
    else device.vanished();
  }
}

function isOfTheKernel(namespace: Namespace, { name }: LinkState): boolean {
  return name === 'lo' || FALLBACK_TUNNELS.test(name) || (namespace.role === 'switch' && name === 'br0');
}

/** Makes the interface that stands for a device. Those below it are taken first: a macvlan has its parent for life. */
function take(namespace: Namespace, link: LinkState, links: Links): Interface {
  const { index, name, mac, kind = 'device' } = link;
  const below = CHILDREN.includes(kind) ? takeLower(namespace, link, links) : undefined;
  const segment = kind === 'vlan' ? below && vlanSegment(below, vlanKind.of(link)) : below?.segment;
  const origin = { namespace, index, name, mac, kind, segment };
  const device = classed(origin, link, links, below);
  namespace.takeIn(device);
  return device;
}

function classed(origin: InterfaceOrigin, link: LinkState, links: Links, parent: Interface | undefined): Interface {
  if (origin.kind === 'bridge') return new Bridge(origin);
  if (origin.kind === 'macvlan' && parent) return new Macvlan(origin, parent);
  if (isPort(origin.namespace, link, links)) return new Port(origin);
  return (parent && child(origin, parent)) ?? new Interface(origin);
}

/** Which number a tap's character device has, is told only when it is made. */
function child(origin: InterfaceOrigin, parent: Interface): Interface | undefined {
  switch (origin.kind) {
    case 'macvtap':
      return new Macvtap(origin, parent, undefined);
    case 'ipvlan':
      return new Ipvlan(origin, parent);
    case 'ipvtap':
      return new Ipvtap(origin, parent, undefined);
    case 'vlan':
      return new Vlan(origin, parent);
    default:
      return undefined;
  }
}

function isPort(namespace: Namespace, { master }: LinkState, links: Links): boolean {
  return links.get(namespace)?.some(({ index, kind }) => index === master && kind === 'bridge') ?? false;
}

function takeLower(namespace: Namespace, link: LinkState, links: Links): Interface | undefined {
  const lower = lowerOf(namespace, link, links);
  if (!lower) return undefined;
  return deviceOf(lower.namespace, lower.link.index) ?? take(lower.namespace, lower.link, links);
}

/** `ip link set … master` makes a port of a device, and `nomaster` a device of a port. The object that stands for it is the specs': it stays, as another kind. */
function reclass(device: Interface, isPortNow: boolean): void {
  const [was, is] = isPortNow ? [Interface, Port] : [Port, Interface];
  if (device.namespace.role === 'switch' || Object.getPrototypeOf(device) !== was.prototype) return;
  Object.setPrototypeOf(device, is.prototype);
}

/** A cable's two ends, and a port and its bridge, learn of each other once all are there. */
function connect(namespace: Namespace, link: LinkState, links: Links): void {
  const device = deviceOf(namespace, link.index);
  if (!device) return;
  if (link.kind === 'veth') {
    const other = lowerOf(namespace, link, links);
    device.peer = other && deviceOf(other.namespace, other.link.index);
  }
  const bridge = link.master === undefined ? undefined : deviceOf(namespace, link.master);
  if (device.bridge && device.bridge !== bridge) device.children.delete(device.bridge);
  device.bridge = bridge instanceof Bridge ? bridge : undefined;
  if (device.bridge) device.children.add(device.bridge);
}

/** The device below, or at the other end. The kernel tells its index, unique in its namespace only. */
function lowerOf(
  namespace: Namespace,
  { link: index, linkNamespaceId }: LinkState,
  links: Links,
): { namespace: Namespace; link: LinkState } | undefined {
  if (!index) return undefined;
  for (const [other, listed] of links) {
    const link = listed.find((each) => each.index === index);
    if (!link) continue;
    const isThere =
      linkNamespaceId === undefined
        ? other === namespace
        : namespace.rtnetlink.get(ipNetns.get({ netns: other.handle.fd })) === linkNamespaceId;
    if (isThere) return { namespace: other, link };
  }
  return undefined;
}

function deviceOf(namespace: Namespace, index: number): Interface | undefined {
  return namespace.interfaces.find((device) => device.index === index);
}
