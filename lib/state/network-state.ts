import type { AddressState } from '../netlink/address.ts';
import type { VlansOfInstance } from '../netlink/bridge/bridge-mst.ts';
import type { BridgeVlan, VlanState } from '../netlink/bridge/bridge-vlan.ts';
import type { MdbEntry } from '../netlink/bridge/mdb.ts';
import type { LinkState } from '../netlink/link.ts';
import type { PacketFilters } from '../netlink/netfilter/packet-filters.ts';
import type { Mroute } from '../netlink/routing/mroute.ts';
import type { FdbEntry, Neighbour } from '../netlink/routing/neighbour.ts';
import type { Nexthop } from '../netlink/routing/nexthop.ts';
import type { Route } from '../netlink/routing/route.ts';
import type { Rule } from '../netlink/routing/rule.ts';
import type { Filter } from '../netlink/tc/filter.ts';
import type { Qdisc } from '../netlink/tc/qdisc.ts';
import type { ObjectChanges } from './read-objects.ts';

/**
 * A network at one moment, as plain data: what a kernel said of each of its namespaces.
 *
 * @template P the parts that were read; links are there in any case
 */
export interface NetworkState<P extends StatePart = StatePart> {
  readonly namespaces: readonly NamespaceState<P>[];
}

/** A part of a namespace's state that {@link readNetwork} reads if it is asked for it. */
export type StatePart = keyof Parts;

/** A namespace at one moment. */
export type NamespaceState<P extends StatePart = StatePart> = { readonly name: string } & Links & Pick<Parts, P>;

interface Links {
  /** All devices, the loopback and bridges too, by their index. */
  readonly links: readonly Link[];
}

/** A device, and what it is connected to. */
export interface Link extends LinkState {
  /** The other end of a cable (`veth` and the like), where that is in the network. */
  readonly peer: LinkPlace | undefined;
  /**
   * The device that it was made on, where that is in the network. A device with neither a peer nor a lower device, but with a
   * {@link LinkState.link}, is connected to a device outside the network.
   */
  readonly lower: LinkPlace | undefined;
}

/** Where a device is. An index is unique in its namespace only. */
export interface LinkPlace {
  readonly namespace: string;
  readonly index: number;
}

interface Parts {
  /** In the order in which they were added: the order decides between equals when a source is chosen. */
  readonly addresses: readonly AddressState[];
  /** Of every table, the kernel's own too. */
  readonly routes: readonly Route[];
  /** In the order in which they are tried, those of IPv4 first. */
  readonly rules: readonly Rule[];
  readonly nexthops: readonly Nexthop[];
  /** Multicast routes, also those that packets still wait for. */
  readonly mroutes: readonly Mroute[];
  /** The ARP and ND tables, the kernel's own entries (`NOARP`) too. */
  readonly neighbours: readonly Neighbour[];
  /** The addresses that it answers for: `ip neighbour show proxy`. */
  readonly proxies: readonly Pick<Neighbour, 'device' | 'to' | 'protocol'>[];
  /** The forwarding entries of all bridges, and of other devices that have some. */
  readonly fdb: readonly FdbEntry[];
  readonly mdb: readonly MdbEntry[];
  /** The ports of bridges that get every group, by their indexes. */
  readonly mcastRouters: readonly number[];
  /** The VLANs of each port, and of each bridge. */
  readonly vlans: readonly PortVlans[];
  /** The VLANs of bridges whose multicast settings somebody changed. */
  readonly vlanMulticast: readonly VlanMulticast[];
  readonly qdiscs: readonly Qdisc[];
  /** The filters of traffic control. */
  readonly tcFilters: readonly Filter[];
  /**
   * The settings that decide whether a packet is answered, forwarded or dropped, by their names in sysctl(8)'s notation. Those that
   * this kernel lacks are left out. {@link deviceSysctl} reads those of a device.
   */
  readonly sysctls: Readonly<Record<string, string>>;
  /** What may drop or change a packet by rules of its own. */
  readonly filters: Filters;
  /** What somebody changed of each device since it was made. */
  readonly changes: readonly LinkChanges[];
  /**
   * Every other setting that somebody changed, in any folder of `/proc/sys/net`: of the namespace, what a new one has otherwise;
   * of a device, what differs from the namespace's `default`.
   */
  readonly otherSysctls: Readonly<Record<string, string>>;
  /** What somebody changed of the objects of `lib/state/objects`, by their keys: `fou`. */
  readonly objects: Readonly<Record<string, ObjectChanges>>;
  readonly otherObjects: OtherObjects;
}

/** What else somebody made in a namespace, that hairpin neither makes nor follows. */
export interface OtherObjects {
  /** The kinds of objects of which there are others than in a new namespace, each with the command of iproute2. */
  readonly changed: readonly { readonly what: string; readonly command: string }[];
  /** The groups that somebody added to a device, by its index (`ip maddress add`). */
  readonly groups: readonly AddressOfDevice[];
  /** The unicast addresses that the filter of a device lets in besides its own (`bridge fdb add … self`). */
  readonly filtered: readonly AddressOfDevice[];
}

interface AddressOfDevice {
  readonly device: number;
  readonly mac: string;
}

/** What is not as of a new device of its kind. */
export interface LinkChanges {
  readonly index: number;
  /** The settings of its kind ({@link LinkState.data}). */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Its settings as a port of a bridge ({@link LinkState.slaveData}). */
  readonly port: Readonly<Record<string, unknown>>;
  /** The attributes that hairpin has no words for: `attribute 34 of IFLA_INFO_SLAVE_DATA 0x65000000`. */
  readonly withoutWords: readonly string[];
}

/** The VLANs of a device, by its index. */
export interface PortVlans {
  readonly index: number;
  /** Each with its state here: a spanning tree of VLANs takes one out of `forwarding`. */
  readonly vlans: readonly (BridgeVlan & {
    readonly state: VlanState;
    /** The instance of the spanning trees that its bridge has it in; undefined where the bridge has none (`mst_enabled`). */
    readonly msti?: number;
  })[];
}

/** What somebody changed of the multicast settings that a VLAN has in a whole bridge (`bridge vlan global`). */
export interface VlanMulticast {
  /** The bridge, by its index. */
  readonly bridge: number;
  readonly id: number;
  readonly settings: VlansOfInstance['multicast'];
}

/** The packet filters of a namespace, by their families. */
export interface Filters extends PacketFilters {
  /** Whether it has states or policies of IPsec. */
  readonly ipsec: boolean;
  /** Whether it has services of IPVS. */
  readonly ipvs: boolean;
}
