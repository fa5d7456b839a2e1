import type { DeviceName } from '../../lib/model/cause.ts';
import type { Host, ModelState } from '../../lib/model/network.ts';
import { type PlannedDevice as BareDevice, planDevices } from '../../lib/model/plan-devices.ts';
import type { AddressState } from '../../lib/netlink/address.ts';
import type { BridgeVlan } from '../../lib/netlink/bridge/bridge-vlan.ts';
import type { PortState } from '../../lib/netlink/bridge/port-state.ts';
import type { FdbEntry } from '../../lib/netlink/routing/neighbour.ts';
import type { Link } from '../../lib/state/network-state.ts';
import { parsePrefix } from '../../lib/wire/ip-address.ts';
import { type PlannedHost, planHost } from './plan-host.ts';

/** A device of a network that nobody has built. */
export interface PlannedDevice extends BareDevice {
  /** @default 1500 */
  mtu?: number;
  /** Answers and asks ARP. @default true */
  arp?: boolean;
  promiscuity?: number;
  /** With its settings as a port. */
  port?: PlannedPort;
  /** Of a bridge, or a port. @default VLAN 1, untagged, as its pvid */
  vlans?: readonly BridgeVlan[];
  /** As `10.0.0.1/24`. */
  addresses?: readonly string[];
}

export interface PlannedPort {
  of: string;
  /** @default 'forwarding' */
  state?: PortState;
  hairpin?: boolean;
  isolated?: boolean;
  learning?: boolean;
  locked?: boolean;
  flood?: boolean;
  mcastFlood?: boolean;
  bcastFlood?: boolean;
  mcastRouter?: number;
  mcastToUnicast?: boolean;
  fastLeave?: boolean;
  /** The port that takes over, by its name. */
  backupPort?: string;
}

/** A forwarding entry of a bridge: which port an address is behind; the bridge's own name: it is the host's. */
export interface PlannedEntry {
  bridge: DeviceName;
  mac: string;
  port: string;
  /** @default none */
  vlan?: number;
  local?: boolean;
}

/** A member of a group: a port of a bridge, or the bridge itself by its own name. */
export interface PlannedMember {
  bridge: DeviceName;
  group: string;
  port: string;
  /** @default 0, none */
  vid?: number;
}

interface PlanOptions {
  members?: readonly PlannedMember[];
  /** The ports behind which a multicast router was heard. */
  routers?: readonly DeviceName[];
  entries?: readonly PlannedEntry[];
  hosts?: Readonly<Record<string, PlannedHost>>;
}

/**
 * The state of {@link planDevices}, with all else that is planned.
 *
 * @example planNetwork({ 'a/eth0': { mac: '02:00:00:00:00:01', peer: 'b/eth0' }, 'b/eth0': { … } })
 */
export function planNetwork(
  devices: Readonly<Record<DeviceName, PlannedDevice>>,
  { entries = [], members = [], routers = [], hosts = {} }: PlanOptions = {},
): ModelState {
  return {
    namespaces: planDevices(devices).namespaces.map((host) => {
      const { name, links } = host;
      const own = links.map((link) => ({ link, plan: devices[`${name}/${link.name}`] as PlannedDevice }));
      const isHere = ({ bridge }: { bridge: DeviceName }) => bridge.startsWith(`${name}/`);
      const indexOf = (device: string) => links.find((link) => link.name === device)?.index ?? 0;
      const bridgeOf = (device: DeviceName) => indexOf(device.slice(name.length + 1));
      const vlans = own.flatMap(({ link, plan }) => vlansOf(link, plan));
      const addresses = own.flatMap(({ link, plan }) => addressesOf(link, plan));
      return {
        ...host,
        links: own.map(({ link, plan }) => linkOf(link, plan, indexOf)),
        addresses,
        fdb: [
          ...host.fdb.flatMap((entry) => [entry, ...entriesOfVlans(entry, vlans)]),
          ...entries.filter(isHere).map(
            ({ bridge, mac, port, vlan, local = false }): FdbEntry => ({
              ...{ to: undefined, sticky: false, locked: false, permanent: true },
              ...{ bridge: bridgeOf(bridge), mac, device: indexOf(port), vlan, local },
            }),
          ),
        ],
        vlans,
        mdb: members.filter(isHere).map(({ bridge, group, port, vid = 0 }) => ({
          ...({ bridge: bridgeOf(bridge), port: indexOf(port), group, state: 'temp', vid } as const),
        })),
        mcastRouters: links.filter((link) => routers.includes(`${name}/${link.name}`)).map(({ index }) => index),
        ...planHost(hosts[name] ?? {}, addresses, indexOf),
      };
    }),
  };
}

function linkOf(
  link: Link,
  { mtu = link.mtu, arp = link.arp, promiscuity = 0, port }: PlannedDevice,
  indexOf: (device: string) => number,
): Link {
  const more = { ...link, mtu, arp, promiscuity, promiscuous: promiscuity > 0 };
  if (!port) return more;
  const { of: _, state = 'forwarding', backupPort, ...settings } = port;
  const usual = link.slaveData as { state: PortState };
  const backup = backupPort === undefined ? {} : { backupPort: indexOf(backupPort) };
  return {
    ...more,
    slaveData: { ...usual, ...settings, ...backup, state: usual.state === 'disabled' ? 'disabled' : state },
  };
}

function vlansOf({ index, kind, master }: Link, { vlans = [{ id: 1, pvid: true, untagged: true }] }: PlannedDevice) {
  const all = vlans.map(({ state = 'forwarding', ...vlan }) => ({ ...vlan, state }));
  return kind === 'bridge' || master !== undefined ? [{ index, vlans: all }] : [];
}

function addressesOf({ index, name }: Link, { addresses = [] }: PlannedDevice): AddressState[] {
  return addresses.map((text) => {
    const prefix = parsePrefix(text);
    if (!prefix) throw new Error(`${text} of ${name} is no address with a length`);
    return { ...ADDRESS, ...prefix, index };
  });
}

/** An own address is in every VLAN of its device too (`br_fdb_add_local`). */
function entriesOfVlans(entry: FdbEntry, vlans: Host['vlans']): FdbEntry[] {
  const own = vlans.find(({ index }) => index === entry.device)?.vlans ?? [];
  return own.map(({ id }) => ({ ...entry, vlan: id }));
}

const ADDRESS: Omit<AddressState, 'address' | 'length' | 'family' | 'index'> = {
  ...{ scope: 0, tentative: false, dadFailed: false, permanent: true, noPrefixRoute: false, deprecated: false },
  ...{ home: false, managesTemporary: false, autojoin: false, stablePrivacy: false, unknown: [] },
  ...{ peer: undefined, metric: undefined, broadcast: undefined, label: undefined, lifetime: undefined },
};
