import type { PortState } from '../links/bridge-port.ts';
import type { AddressState } from '../netlink/address.ts';
import type { FdbEntry, Neighbour } from '../netlink/neighbour.ts';
import { type Route, type RouteType, TABLE_MAIN } from '../netlink/route.ts';
import type { Rule } from '../netlink/rule.ts';
import type { Link } from '../state/network-state.ts';
import { networkOf, parsePrefix } from '../wire/ip-address.ts';
import type { DeviceName } from './cause.ts';
import type { ModelState } from './network.ts';

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
}

/** A forwarding entry of a bridge: which port an address is behind; the bridge's own name: it is the host's. */
export interface PlannedEntry {
  bridge: DeviceName;
  mac: string;
  port: string;
  local?: boolean;
}

/** What else a namespace has. */
export interface PlannedHost {
  routes?: readonly { to: string; via?: string; device?: string; type?: RouteType; metric?: number }[];
  sysctls?: Readonly<Record<string, string>>;
  neighbours?: readonly { to: string; device: string; lladdr: string }[];
}

interface PlanOptions {
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
  { entries = [], hosts: more = {} }: PlanOptions = {},
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
        filters: { nftables: [], legacy: [], ipsec: false },
        ...{ qdiscs: [], nexthops: [], proxies: [], rules: RULES },
        routes: [...own.flatMap((device) => plan.ownRoutes(device)), ...plan.routes(name, more[name]?.routes)],
        neighbours: plan.neighbours(name, more[name]?.neighbours),
        sysctls: more[name]?.sysctls ?? {},
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
    const {
      kind = 'veth',
      mac,
      mtu = 1500,
      up = true,
      arp = true,
      promiscuity = 0,
      peer,
      lower,
      data,
      port,
    } = this.#at(name);
    const [carrier, at] = [this.#carrier(name), peer ?? lower];
    const none = { master: undefined, slaveKind: undefined, slaveData: undefined };
    const slave = port ? this.#port(name, port) : none;
    return {
      ...{
        index: this.#index(name),
        name: split(name).device,
        kind,
        mac,
        mtu,
        up,
        promiscuity,
        carrier,
        arp,
        data,
        ...slave,
      },
      ...{
        promiscuous: promiscuity > 0,
        allMulticast: false,
        operState: carrier ? 'UP' : 'DOWN',
        hardware: ARPHRD_ETHER,
        xdp: false,
      },
      link: at && this.#index(at),
      linkNamespaceId: undefined,
      peer: peer && this.#place(peer),
      lower: lower && this.#place(lower),
    };
  }

  addresses(name: DeviceName): AddressState[] {
    return (this.#at(name).addresses ?? []).map((text) => {
      const prefix = parsePrefix(text);
      if (!prefix) throw new Error(`${text} of ${name} is no address with a length`);
      const flags = { tentative: false, dadFailed: false, permanent: true, noPrefixRoute: false, deprecated: false };
      const others = { home: false, managesTemporary: false, autojoin: false, unknown: [] };
      const unsaid = {
        peer: undefined,
        metric: undefined,
        broadcast: undefined,
        label: undefined,
        lifetime: undefined,
      };
      return { ...prefix, ...flags, ...others, ...unsaid, index: this.#index(name), scope: 0 };
    });
  }

  /** Those that an address brings along: of itself, and of its subnet (`fib_add_ifaddr`, `addrconf_prefix_route`). */
  ownRoutes(name: DeviceName): Route[] {
    const device = this.#index(name);
    return this.addresses(name).flatMap(({ address, length, family }) => {
      const own = { address, length: family === 4 ? 32 : 128, family };
      const subnet = { address: networkOf({ address, length, family }), length, family };
      return [
        { ...ROUTE, to: own, type: 'local', table: TABLE_LOCAL, device, ofTheKernel: true },
        { ...ROUTE, to: subnet, device, ofTheKernel: true },
      ] satisfies Route[];
    });
  }

  routes(namespace: string, planned: PlannedHost['routes'] = []): Route[] {
    return planned.map(({ to, device, ...more }) => {
      const prefix = parsePrefix(to);
      if (!prefix) throw new Error(`${to} is no destination of a route`);
      return {
        ...ROUTE,
        ...more,
        to: prefix,
        device: device === undefined ? undefined : this.#index(`${namespace}/${device}`),
      };
    });
  }

  neighbours(namespace: string, planned: PlannedHost['neighbours'] = []): Neighbour[] {
    return planned.map(({ device, ...entry }) => ({
      ...entry,
      device: this.#index(`${namespace}/${device}`),
      state: 'PERMANENT',
    }));
  }

  /** A bridge takes what is for itself, or for one of its ports (`br_fdb_add_local`). */
  ownEntry(name: DeviceName): FdbEntry[] {
    const { kind, mac, port } = this.#at(name);
    const { namespace } = split(name);
    const bridge = kind === 'bridge' ? name : port && (`${namespace}/${port.of}` as const);
    return bridge ? [this.#entry({ bridge, mac, device: name, local: true })] : [];
  }

  entry(namespace: string, { bridge, mac, port, local = false }: PlannedEntry): FdbEntry[] {
    const device = `${namespace}/${port}` as const;
    return split(bridge).namespace === namespace ? [this.#entry({ bridge, mac, device, local })] : [];
  }

  #entry({
    bridge,
    mac,
    device,
    local,
  }: {
    bridge: DeviceName;
    mac: string;
    device: DeviceName;
    local: boolean;
  }): FdbEntry {
    const usual = { vlan: undefined, to: undefined, sticky: false, permanent: true };
    return { ...usual, bridge: this.#index(bridge), mac, device: this.#index(device), local };
  }

  #port(name: DeviceName, { of, ...settings }: PlannedPort) {
    const bridge = `${split(name).namespace}/${of}` as const;
    const isOpen = this.#carrier(name) && this.#at(bridge).up !== false;
    const flags = {
      hairpin: false,
      isolated: false,
      learning: true,
      locked: false,
      flood: true,
      mcastFlood: true,
      bcastFlood: true,
    };
    return {
      master: this.#index(bridge),
      slaveKind: 'bridge',
      slaveData: { ...flags, ...settings, state: isOpen ? (settings.state ?? 'forwarding') : 'disabled' },
    };
  }

  #carrier(name: DeviceName): boolean {
    const { up = true, peer, lower } = this.#at(name);
    return up && (!peer || this.#at(peer).up !== false) && (!lower || this.#carrier(lower));
  }

  #place(name: DeviceName) {
    return { namespace: split(name).namespace, index: this.#index(name) };
  }

  #index(name: DeviceName): number {
    return Object.keys(this.#devices).indexOf(name) + 1;
  }

  #at(name: DeviceName): PlannedDevice {
    const device = this.#devices[name];
    if (!device) throw new Error(`there is no device ${name} in the plan`);
    return device;
  }
}

const TABLE_LOCAL = 255;

const EVERY_PACKET: Omit<Rule, 'family' | 'priority' | 'table'> = {
  ...{ action: 'to_tbl', isPlain: true, goto: undefined, suppressPrefixlength: undefined, unknown: [] },
  ...{ not: false, from: undefined, to: undefined, tos: 0, iif: undefined, oif: undefined, l3mdev: false },
  ...{
    fwmark: undefined,
    fwmask: undefined,
    uidrange: undefined,
    ipproto: undefined,
    sport: undefined,
    dport: undefined,
  },
};

/** Those of every namespace (`fib_default_rules_init`). */
const RULES: readonly Rule[] = ([4, 6] as const).flatMap((family) =>
  [
    { priority: 0, table: TABLE_LOCAL },
    { priority: 32_766, table: TABLE_MAIN },
  ].map((rule) => ({ ...EVERY_PACKET, ...rule, family })),
);

const ROUTE: Omit<Route, 'to'> = {
  ...{ via: undefined, device: undefined, nextHops: [], source: undefined, type: 'unicast', table: TABLE_MAIN },
  ...{ ofTheKernel: false, tos: 0, metric: undefined, nexthopId: undefined, mtu: undefined, expires: false },
  ...{ from: undefined, encapsulates: false, protocol: 'boot', scope: 'universe', preference: undefined },
  ...{ unknown: [], unknownMetrics: [] },
};

/** linux/if_arp.h */
const ARPHRD_ETHER = 1;

function split(name: DeviceName): { namespace: string; device: string } {
  const [namespace = '', device = ''] = name.split('/');
  return { namespace, device };
}
