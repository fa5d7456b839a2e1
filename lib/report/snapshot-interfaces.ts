import { type AddressState, listAddresses } from '../kernel/rtnetlink/address.ts';
import type { ListedLink } from '../kernel/rtnetlink/link-state.ts';
import { namespaceId } from '../kernel/rtnetlink/namespace-id.ts';
import { Interface, Macvlan, type Namespace, Switch } from '../lab/index.ts';
import { macvlanSettings } from '../lab/macvlan-attributes.ts';
import { portSettings } from '../lab/port.ts';
import { bridgeSettings } from '../lab/switch.ts';
import { normalizeIp } from '../wire/ip-address.ts';
import type { InterfaceSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';

/** Every device of each namespace of a lab. */
export type LinksOf = ReadonlyMap<Namespace, readonly ListedLink[]>;

const LOOPBACK = 'lo';
/** What some kernels put into every namespace (`net.core.fb_tunnels_only_for_init_net`). */
const FALLBACK_TUNNELS = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;

/** The devices of a namespace, with their addresses and with what they are connected to. */
export function snapshotInterfaces(
  namespace: Namespace,
  links: LinksOf,
): Pick<NamespaceSnapshot, 'interfaces' | 'loopback'> {
  const own = [...(links.get(namespace) ?? [])].sort((one, other) => one.index - other.index);
  const addresses = listAddresses(namespace.rtnetlink, { operation: `ip -n ${namespace} address` });
  const of = ({ index, mac }: ListedLink) =>
    addresses.filter((address) => address.index === index && !isOfTheKernel(address, mac));
  const bridge = namespace instanceof Switch ? namespace.bridge : undefined;
  const loopback = own.find(({ name }) => name === LOOPBACK);
  const interfaces = own
    .filter(({ index, name }) => index !== bridge && name !== LOOPBACK && !FALLBACK_TUNNELS.test(name))
    .map((link) => {
      const master = own.find(({ index, kind }) => index === link.master && kind === 'bridge');
      return {
        ...snapshotInterface(link, of(link), connectedTo(namespace, link, links), { master, bridge }),
        ...uplinkBelow(namespace, link),
      };
    });
  return loopback
    ? { interfaces, loopback: { up: loopback.up, addresses: of(loopback).map(withLength) } }
    : { interfaces };
}

function snapshotInterface(
  link: ListedLink,
  addresses: AddressState[],
  connected: string | undefined,
  { master, bridge }: { master: ListedLink | undefined; bridge: number | undefined },
): InterfaceSnapshot {
  const { name, index, kind = 'unknown', mac, mtu, up, carrier, promiscuous, data = Buffer.alloc(0) } = link;
  const withheld = addresses.filter(({ tentative, dadFailed }) => tentative || dadFailed);
  return {
    ...{ name, index, kind, mac, mtu, up, carrier, promiscuous },
    addresses: addresses.map(withLength),
    ...(withheld.length > 0 ? { withheld: withheld.map(withLength) } : {}),
    ...(kind === 'veth' && connected ? { peer: connected } : {}),
    ...(kind === 'macvlan' && connected ? { parent: connected } : {}),
    ...(kind === 'macvlan' ? { macvlan: macvlanSettings(data) } : {}),
    ...(kind === 'bridge' ? { bridge: bridgeSettings(data) } : {}),
    ...(master && link.slaveData ? { port: { ...portSettings(link.slaveData) } } : {}),
    ...(master && master.index !== bridge ? { master: master.name } : {}),
  };
}

/** The device at the other end, or below, as `host/up0`. The kernel tells its index, unique in its namespace only. */
function connectedTo(namespace: Namespace, link: ListedLink, links: LinksOf): string | undefined {
  if (!link.link) return undefined;
  for (const [other, devices] of links) {
    const device = devices.find(({ index }) => index === link.link);
    if (!device) continue;
    const there =
      link.linkNamespaceId === undefined
        ? other === namespace
        : namespaceId(namespace.rtnetlink, other.handle, { operation: `ip -n ${namespace} netns list-id` }) ===
          link.linkNamespaceId;
    if (there) return `${other}/${device.name}`;
  }
  return undefined;
}

/** Only the lab knows: the kernel names a device of a network that the lab cannot look into. */
function uplinkBelow({ interfaces }: Namespace, { index }: ListedLink): Pick<InterfaceSnapshot, 'uplink'> {
  const device = interfaces.find((each) => each.index === index);
  return device instanceof Macvlan && !(device.parent instanceof Interface) ? { uplink: device.parent.name } : {};
}

function isOfTheKernel({ family, address, scope, length }: AddressState, mac: string): boolean {
  if (scope === SCOPE_HOST) return address === '::1' || (address === '127.0.0.1' && length === 8);
  return family === 6 && scope === SCOPE_LINK && address === linkLocalOf(mac);
}

/** The address that a device gets as it comes up: RFC 4291, appendix A. */
function linkLocalOf(mac: string): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return normalizeIp(`fe80::${groups.map((group) => group.toString(16)).join(':')}`);
}

function withLength({ address, length }: AddressState): string {
  return `${address}/${length}`;
}
