import { Interface, type Namespace, Switch } from '../lab/index.ts';
import { bridge } from '../links/bridge.ts';
import { portSettings } from '../links/bridge-port.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { macvlan } from '../links/macvlan.ts';
import { kindOf } from '../links/registry.ts';
import { vlan } from '../links/vlan.ts';
import type { AddressState } from '../netlink/address.ts';
import type { LinkState } from '../netlink/link.ts';
import { linkAt } from '../state/find-link.ts';
import type { Link, NamespaceState, NetworkState } from '../state/network-state.ts';
import { ipToBytes } from '../wire/ip-address.ts';
import { macToBytes } from '../wire/mac-address.ts';
import type { InterfaceSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';

const LOOPBACK = 'lo';
/** What some kernels put into every namespace (`net.core.fb_tunnels_only_for_init_net`). */
const FALLBACK_TUNNELS = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;

/** The devices of a namespace, with their addresses and with what they are connected to. */
export function snapshotInterfaces(
  namespace: Namespace,
  network: NetworkState<'addresses'>,
): Pick<NamespaceSnapshot, 'interfaces' | 'loopback'> {
  const { links: own, addresses } = network.namespaces[
    namespace.lab.namespaces.indexOf(namespace)
  ] as NamespaceState<'addresses'>;
  const of = ({ index, mac }: LinkState) =>
    addresses.filter((address) => address.index === index && !isOfTheKernel(address, mac));
  const bridgeIndex = namespace instanceof Switch ? namespace.bridge : undefined;
  const loopback = own.find(({ name }) => name === LOOPBACK);
  const interfaces = own
    .filter(({ index, name }) => index !== bridgeIndex && name !== LOOPBACK && !FALLBACK_TUNNELS.test(name))
    .map((link) => {
      const master = own.find(({ index, kind }) => index === link.master && kind === 'bridge');
      return {
        ...snapshotInterface(link, of(link), connectedTo(link, network), { master, bridge: bridgeIndex }),
        ...uplinkBelow(namespace, link),
      };
    });
  return loopback
    ? {
        interfaces,
        loopback: { up: loopback.up, addresses: of(loopback).map(withLength), ...addressWords(of(loopback)) },
      }
    : { interfaces };
}

function snapshotInterface(
  link: LinkState,
  addresses: AddressState[],
  connected: string | undefined,
  { master, bridge: bridgeIndex }: { master: LinkState | undefined; bridge: number | undefined },
): InterfaceSnapshot {
  const { name, index, kind = 'unknown', mac, mtu, up, carrier, promiscuous } = link;
  const words = addressWords(addresses);
  const withheld = addresses.filter(({ tentative, dadFailed }) => tentative || dadFailed);
  return {
    ...{ name, index, kind, mac, mtu, up, carrier, promiscuous },
    ...(link.arp || kindOf(link)?.description.noArp ? {} : { arp: false as const }),
    addresses: addresses.map(withLength),
    ...words,
    ...(withheld.length > 0 ? { withheld: withheld.map(withLength) } : {}),
    ...(kindOf(link)?.end === 'peer' && connected ? { peer: connected } : {}),
    ...(kindOf(link)?.end === 'lower' && connected ? { parent: connected } : {}),
    ...kindSettings(link),
    ...(master ? { port: { ...portSettings(link) } } : {}),
    ...(master && master.index !== bridgeIndex ? { master: master.name } : {}),
  };
}

function kindSettings(link: LinkState): Pick<InterfaceSnapshot, 'macvlan' | 'ipvlan' | 'vlan' | 'bridge'> {
  if (macvlan.is(link)) return { macvlan: macvlan.of(link) };
  if (ipvlan.is(link)) return { ipvlan: ipvlan.of(link) };
  if (bridge.is(link)) return { bridge: bridge.of(link) };
  return vlan.is(link) ? { vlan: vlan.of(link) } : {};
}

/** The device at the other end, or below, as `host/up0`. */
function connectedTo({ peer, lower }: Link, network: NetworkState<never>): string | undefined {
  const place = peer ?? lower;
  return place && `${place.namespace}/${linkAt(network, place)?.name}`;
}

/** Only the lab knows: the kernel names a device of a network that the lab cannot look into. */
function uplinkBelow({ interfaces }: Namespace, { index }: LinkState): Pick<InterfaceSnapshot, 'uplink'> {
  const device = interfaces.find((each) => each.index === index);
  const parent = device?.parent;
  return parent && !(parent instanceof Interface) ? { uplink: parent.name } : {};
}

function isOfTheKernel({ family, address, scope, length }: AddressState, mac: string): boolean {
  if (scope === SCOPE_HOST) return address === '::1' || (address === '127.0.0.1' && length === 8);
  return family === 6 && scope === SCOPE_LINK && isLinkLocalOf(mac, address);
}

/** The address that a device gets as it comes up: RFC 4291, appendix A. */
function isLinkLocalOf(mac: string, address: string): boolean {
  const bytes = ipToBytes(address);
  const [a = 0, ...rest] = macToBytes(mac);
  const own = (first: number) =>
    Buffer.from([first, ...rest]).equals(Buffer.concat([bytes.subarray(8, 11), bytes.subarray(13)]));
  // addrconf_ifid_eui48: ipvlans, which share a MAC address, have a number of their own in the middle (dev_id).
  return bytes.readUInt16BE(11) === 0xfffe ? own(a ^ 2) : own(a);
}

/** What is not said by the address itself; without the field where that is nothing. */
function addressWords(addresses: AddressState[]): Pick<InterfaceSnapshot, 'addressWords'> {
  const words = addresses.map((each) => [
    ...(each.peer === undefined ? [] : ['peer', `${each.peer}/${each.length}`]),
    ...(each.family === 4 && each.scope === SCOPE_LINK ? ['scope', 'link'] : []),
    ...(each.metric === undefined ? [] : ['metric', String(each.metric)]),
    ...(each.noPrefixRoute ? ['noprefixroute'] : []),
  ]);
  return words.some((each) => each.length > 0) ? { addressWords: words } : {};
}

function withLength({ address, length }: AddressState): string {
  return `${address}/${length}`;
}
