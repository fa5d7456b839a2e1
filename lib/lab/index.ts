export { UsageError } from '../base/validate.ts';
export { KernelError } from '../kernel/kernel-error.ts';
export type { PortOptions } from '../links/bridge-port.ts';
export { defineLink } from '../links/define-link.ts';
export { IPVLAN_FLAGS, IPVLAN_MODES, type IpvlanFlag, type IpvlanMode } from '../links/ipvlan.ts';
export type { End, LinkDescription, Lower, Refused } from '../links/link-description.ts';
export type { LinkKind } from '../links/link-kind.ts';
export type { MacsecAssociation, MacsecChannel } from '../links/macsec-keys.ts';
export { MACVLAN_MODES, type MacvlanMode } from '../links/macvlan.ts';
export { netlink } from '../links/netlink-types.ts';
export type { LinkKindName, PairKindName, SingleKind } from '../links/registry.ts';
export { type NewSettings, type Setting, type SettingRules, type Settings, setting } from '../links/setting.ts';
export type { AddressState } from '../netlink/address.ts';
export type { BridgeVlan } from '../netlink/bridge/bridge-vlan.ts';
export type { PortState } from '../netlink/bridge/port-state.ts';
export type { VlanIds } from '../netlink/bridge/vlan-rows.ts';
export type { WireguardPeer } from '../netlink/generic/wireguard.ts';
export type { LinkState, OperState } from '../netlink/link.ts';
export type { Encap } from '../netlink/routing/lwtunnel.ts';
export type { FdbEntry, NeighbourState } from '../netlink/routing/neighbour.ts';
export type { Flower } from '../netlink/tc/flower.ts';
export type { TcAction } from '../netlink/tc/tc-actions.ts';
export type { FilterEntry } from '../state/entries/filter-entry.ts';
export type { MrouteEntry } from '../state/entries/mroute-entry.ts';
export type { NeighbourEntry } from '../state/entries/neighbour-entry.ts';
export type { NexthopEntry } from '../state/entries/nexthop-entry.ts';
export type { QdiscEntry } from '../state/entries/qdisc-entry.ts';
export type { RouteEntry, RouteHop } from '../state/entries/route-entry.ts';
export type { RuleEntry } from '../state/entries/rule-entry.ts';
export type { AddrlabelEntry } from '../state/objects/addrlabel.ts';
export type { FouEntry } from '../state/objects/fou.ts';
export type { MptcpEndpointEntry } from '../state/objects/mptcp.ts';
export type { VniEntry } from '../state/objects/vni.ts';
export type { XfrmPolicyEntry, XfrmTemplateEntry } from '../state/objects/xfrm-policy.ts';
export type { XfrmLimitEntry, XfrmSelectorEntry } from '../state/objects/xfrm-selector.ts';
export type { XfrmStateEntry } from '../state/objects/xfrm-state.ts';
export { VLAN_PROTOCOLS, type VlanProtocol } from '../wire/vlan-tag.ts';
export type { Advertisement, AdvertiseOptions } from './advertisement.ts';
export { Bridge, isBridge } from './bridge.ts';
export type { Cable, CableOptions, EndOptions, FlapOptions, Unplugged } from './cable.ts';
export type { SettledOptions } from './convergence.ts';
export type { DrawOptions } from './draw-options.ts';
export { type Event, Events } from './events.ts';
export type { Freeze } from './faults/freeze.ts';
export type { Impairment, ImpairOptions } from './faults/impairment.ts';
export type { Partition } from './faults/partition.ts';
export { Interface } from './interface.ts';
export type { InterfaceChange } from './interface-change.ts';
export { isLink } from './is-link.ts';
export { createLab, Lab } from './lab.ts';
export type { LabData, NamespaceData } from './lab-data.ts';
export type { LabOptions } from './lab-options.ts';
export { LoadedTopology, type TopologyText } from './loaded-topology.ts';
export type { DeviceOptions, LinkChange, LinkOf, LinkOptions } from './making/link-options.ts';
export type {
  BridgeChange,
  BridgeLink,
  BridgeOptions,
  DummyOptions,
  Ipvlan,
  IpvlanChange,
  IpvlanOptions,
  Ipvtap,
  Macvlan,
  MacvlanChange,
  MacvlanOptions,
  Macvtap,
  Vlan,
  VlanOptions,
} from './making/links.ts';
export { addMacvlanPair, type MacvlanPair, type MacvlanPairOptions } from './making/macvlan-pair.ts';
export type { Membership } from './membership.ts';
export { Namespace } from './namespace.ts';
export type { BackupOption, Port } from './port.ts';
export type { Daemon } from './programs/daemon.ts';
export type { Ready } from './programs/daemon-ready.ts';
export type { ExecOptions, Subprocess } from './programs/exec.ts';
export type { DaemonOptions } from './programs/start-daemon.ts';
export { kernelOption, supports } from './supports.ts';
export { Switch, type SwitchOptions } from './switch.ts';
export type { AddressList } from './tables/address-list.ts';
export type { AddressOption } from './tables/address-option.ts';
export type { AddressAddOptions } from './tables/address-settings.ts';
export type { Fdb, FdbOptions } from './tables/fdb.ts';
export type { FilterList } from './tables/filter-list.ts';
export type { FilterKey, FilterOptions } from './tables/filter-options.ts';
export type { Mdb, MdbMember, MdbPortEntry } from './tables/mdb.ts';
export type { MptcpEndpointOptions, MptcpLimitsOptions } from './tables/mptcp.ts';
export type { MrouteKey, MrouteOptions, MrouteOutput } from './tables/mroute-table.ts';
export type { Mst, MstInstance } from './tables/mst.ts';
export type { NeighbourOptions } from './tables/neighbour-table.ts';
export type { NexthopOptions } from './tables/nexthop-table.ts';
export type { AddrlabelOptions, FouOptions, VniOptions } from './tables/object-options.ts';
export type { QdiscList, QdiscOptions } from './tables/qdisc-list.ts';
export type { RemoteFdb, RemoteFdbEntry } from './tables/remote-fdb.ts';
export type { RouteHopOptions, RouteOptions } from './tables/route-options.ts';
export type { RouteFilter, RouteFlow } from './tables/route-table.ts';
export type { RuleOptions } from './tables/rule-table.ts';
export type { VlanList, VlanMembership } from './tables/vlan-list.ts';
export type { VlanMulticast, VlanMulticastSettings } from './tables/vlan-multicast.ts';
export type { VlanSettings } from './tables/vlan-settings.ts';
export type {
  XfrmAlgorithmOptions,
  XfrmDefaultsOptions,
  XfrmLimitOptions,
  XfrmPolicyKey,
  XfrmPolicyOptions,
  XfrmSelectorOptions,
  XfrmStateKey,
  XfrmStateOptions,
  XfrmTemplateOptions,
} from './tables/xfrm-options.ts';
export { isTap, type TapInterface } from './tap-interface.ts';
export type { TapOptions, TapQueue, TapReadOptions } from './tap-queue.ts';
export type { CapturedFrame, Hop, Trace, TracedPath, TraceOptions, TraceProtocol } from './trace.ts';
export type { Uplink } from './uplink.ts';
