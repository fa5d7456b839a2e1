import type { AddressState } from '../netlink/address.ts';
import type { BridgeVlan } from '../netlink/bridge-vlan.ts';
import type { MdbEntry } from '../netlink/mdb.ts';
import type { FdbEntry } from '../netlink/neighbour.ts';
import type { PortState } from '../netlink/port-state.ts';
import type { Link, PortVlans } from '../state/network-state.ts';
import { ARPHRD_ETHER } from '../wire/arp.ts';
import { parsePrefix } from '../wire/ip-address.ts';
import type { DeviceName } from './cause.ts';
import type { ModelState } from './network.ts';
import { type PlannedHost, planHost } from './plan-host.ts';

/** A device of a network that nobody has built. */
export interface PlannedDevice {
  /** @default 'veth' */
  kind?: string;
  mac: string;
  /** @default 1500 */
  mtu?: number;
  /** @default true */
  up?: boolean;
  /** Answers and asks ARP. @default true */
  arp?: boolean;
  promiscuity?: number;
  /** The other end of its cable. */
  peer?: DeviceName;
  /** The device that it is made on. */
  lower?: DeviceName;
  /** The settings of its kind. */
  data?: object;
  /** The bridge of its namespace that it is a port of, with its settings as one. */
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
 * The state of a network that nobody has built, as {@link readNetwork} would read it: every link that can have a carrier has one,
 * ports forward, and bridges know nobody but their own devices.
 *
 * @example planNetwork({ 'a/eth0': { mac: '02:00:00:00:00:01', peer: 'b/eth0' }, 'b/eth0': { … } })
 */
export function planNetwork(
  devices: Readonly<Record<DeviceName, PlannedDevice>>,
  { entries = [], members = [], routers = [], hosts: more = {} }: PlanOptions = {},
): ModelState {
  const names = Object.keys(devices) as DeviceName[];
  const hosts = [...new Set(names.map((name) => split(name).namespace))];
  const plan = new Plan(devices);
  return {
    namespaces: hosts.map((name) => {
      const own = names.filter((device) => split(device).namespace === name);
      return {
        name,
        links: own.map((device) => plan.link(device)),
        addresses: own.flatMap((device) => plan.addresses(device)),
        fdb: [
          ...own.flatMap((device) => plan.ownEntry(device)),
          ...entries.flatMap((entry) => plan.entry(name, entry)),
        ],
        vlans: own.flatMap((device) => plan.vlans(device)),
        mdb: members.flatMap((member) => plan.member(name, member)),
        mcastRouters: own.filter((device) => routers.includes(device)).map((device) => plan.index(device)),
        filters: { nftables: [], legacy: [], ipsec: false, ipvs: false },
        qdiscs: [],
        ...planHost(
          more[name] ?? {},
          own.flatMap((device) => plan.addresses(device)),
          (device) => plan.index(`${name}/${device}`),
        ),
      };
    }),
  };
}

class Plan {
  readonly #devices: Readonly<Record<DeviceName, PlannedDevice>>;

  constructor(devices: Readonly<Record<DeviceName, PlannedDevice>>) {
    this.#devices = devices;
  }

  link(name: DeviceName): Link {
    const { peer, lower, data, port, vlans: _, ...device } = this.#at(name);
    const { kind, mac, mtu, up, arp, promiscuity } = { ...USUAL, ...device };
    const [carrier, at] = [this.#carrier(name), peer ?? lower];
    const master = port ? this.#port(name, port) : { master: undefined, slaveKind: undefined, slaveData: undefined };
    return {
      ...{ index: this.index(name), name: split(name).device, kind, mac, mtu, up, arp, promiscuity, carrier, data },
      ...{ promiscuous: promiscuity > 0, allMulticast: false, hardware: ARPHRD_ETHER, xdp: false },
      ...{ altnames: [], addrgenmode: 'eui64', token: '::', protodown: false, protodownReasons: [] },
      operState: carrier ? 'UP' : 'DOWN',
      ...master,
      link: at && this.index(at),
      linkNamespaceId: undefined,
      peer: peer && this.#place(peer),
      lower: lower && this.#place(lower),
    };
  }

  addresses(name: DeviceName): AddressState[] {
    return (this.#at(name).addresses ?? []).map((text) => {
      const prefix = parsePrefix(text);
      if (!prefix) throw new Error(`${text} of ${name} is no address with a length`);
      return { ...ADDRESS, ...prefix, index: this.index(name) };
    });
  }

  /** A bridge takes what is for itself, or for one of its ports (`br_fdb_add_local`). */
  ownEntry(name: DeviceName): FdbEntry[] {
    const { kind, mac, port } = this.#at(name);
    const { namespace } = split(name);
    const bridge = kind === 'bridge' ? name : port && (`${namespace}/${port.of}` as const);
    const vlans = [undefined, ...this.vlans(name).flatMap((of) => of.vlans.map(({ id }) => id))];
    return bridge ? vlans.map((vlan) => this.#entry({ bridge, mac, device: name, vlan, local: true })) : [];
  }

  vlans(name: DeviceName): PortVlans[] {
    const { kind, port, vlans = [{ id: 1, pvid: true, untagged: true }] } = this.#at(name);
    const all = vlans.map(({ state = 'forwarding', ...vlan }) => ({ ...vlan, state }));
    return kind === 'bridge' || port ? [{ index: this.index(name), vlans: all }] : [];
  }

  entry(namespace: string, { bridge, mac, port, vlan, local = false }: PlannedEntry): FdbEntry[] {
    const device = `${namespace}/${port}` as const;
    return split(bridge).namespace === namespace ? [this.#entry({ bridge, mac, device, vlan, local })] : [];
  }

  member(namespace: string, { bridge, group, port, vid = 0 }: PlannedMember): MdbEntry[] {
    if (split(bridge).namespace !== namespace) return [];
    const device = this.index(`${namespace}/${port}`);
    return [{ bridge: this.index(bridge), port: device, group, state: 'temp', vid }];
  }

  #entry({ bridge, mac, device, vlan, local }: Entry): FdbEntry {
    const usual = { to: undefined, sticky: false, locked: false, permanent: true };
    return { ...usual, bridge: this.index(bridge), mac, device: this.index(device), vlan, local };
  }

  #port(name: DeviceName, { of, backupPort, ...settings }: PlannedPort) {
    const bridge = `${split(name).namespace}/${of}` as const;
    const isOpen = this.#carrier(name) && this.#at(bridge).up !== false;
    return {
      master: this.index(bridge),
      slaveKind: 'bridge',
      slaveData: {
        ...FLAGS,
        ...settings,
        ...this.#backup(name, backupPort),
        state: isOpen ? (settings.state ?? 'forwarding') : 'disabled',
      },
    };
  }

  #backup(name: DeviceName, backup: string | undefined) {
    return backup === undefined ? {} : { backupPort: this.index(`${split(name).namespace}/${backup}`) };
  }

  #carrier(name: DeviceName): boolean {
    const { up = true, peer, lower } = this.#at(name);
    return up && (!peer || this.#at(peer).up !== false) && (!lower || this.#carrier(lower));
  }

  #place(name: DeviceName) {
    return { namespace: split(name).namespace, index: this.index(name) };
  }

  index(name: DeviceName): number {
    return Object.keys(this.#devices).indexOf(name) + 1;
  }

  #at(name: DeviceName): PlannedDevice {
    const device = this.#devices[name];
    if (!device) throw new Error(`there is no device ${name} in the plan`);
    return device;
  }
}

interface Entry {
  bridge: DeviceName;
  mac: string;
  device: DeviceName;
  vlan: number | undefined;
  local: boolean;
}

const USUAL = { kind: 'veth', mtu: 1500, up: true, arp: true, promiscuity: 0 };

const ADDRESS: Omit<AddressState, 'address' | 'length' | 'family' | 'index'> = {
  ...{ scope: 0, tentative: false, dadFailed: false, permanent: true, noPrefixRoute: false, deprecated: false },
  ...{ home: false, managesTemporary: false, autojoin: false, stablePrivacy: false, unknown: [] },
  ...{ peer: undefined, metric: undefined, broadcast: undefined, label: undefined, lifetime: undefined },
};

/** Those of a new port. */
const FLAGS = {
  ...{ hairpin: false, isolated: false, learning: true, locked: false },
  ...{ flood: true, mcastFlood: true, bcastFlood: true },
};

function split(name: DeviceName): { namespace: string; device: string } {
  const [namespace = '', device = ''] = name.split('/');
  return { namespace, device };
}
