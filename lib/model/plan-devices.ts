import type { FdbEntry } from '../netlink/routing/neighbour.ts';
import type { Link } from '../state/network-state.ts';
import { ARPHRD } from '../wire/arp.ts';
import type { DeviceName } from './cause.ts';
import type { ModelState } from './network.ts';

/** A device of a network that nobody has built. */
export interface PlannedDevice {
  /** @default 'veth' */
  kind?: string;
  mac: string;
  /** @default true */
  up?: boolean;
  /** The other end of its cable. */
  peer?: DeviceName;
  /** The device that it is made on. */
  lower?: DeviceName;
  /** The settings of its kind. */
  data?: object;
  /** The bridge of its namespace that it is a port of. */
  port?: { of: string; hairpin?: boolean };
}

/**
 * The state of a network that nobody has built, as {@link readNetwork} would read it: every link that can have a carrier has one,
 * ports forward, and bridges know nobody but their own devices. Nobody has an IP address, or a route.
 *
 * @example planDevices({ 'a/eth0': { mac: '02:00:00:00:00:01', peer: 'b/eth0' }, 'b/eth0': { … } })
 */
export function planDevices(devices: Readonly<Record<DeviceName, PlannedDevice>>): ModelState {
  const names = Object.keys(devices) as DeviceName[];
  const plan = new Plan(devices);
  return {
    namespaces: [...new Set(names.map((name) => split(name).namespace))].map((name) => {
      const own = names.filter((device) => split(device).namespace === name);
      return {
        name,
        links: own.map((device) => plan.link(device)),
        fdb: own.flatMap((device) => plan.ownEntry(device)),
        filters: { nftables: [], legacy: [], ipsec: false, ipvs: false },
        ...{ addresses: [], vlans: [], mdb: [], mcastRouters: [], qdiscs: [] },
        ...{ routes: [], rules: [], nexthops: [], mroutes: [], neighbours: [], proxies: [], sysctls: {} },
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
    const { kind = 'veth', mac, up = true, peer, lower, data, port } = this.#at(name);
    const [carrier, at] = [this.#carrier(name), peer ?? lower];
    const master = port ? this.#port(name, port) : { master: undefined, slaveKind: undefined, slaveData: undefined };
    return {
      ...{ index: this.#index(name), name: split(name).device, kind, mac, up, carrier, data },
      ...{ mtu: 1500, arp: true, hardware: ARPHRD.ETHER, xdp: false },
      ...{ promiscuity: 0, promiscuous: false, allMulticast: false },
      ...{ altnames: [], addrgenmode: 'eui64', token: '::', protodown: false, protodownReasons: [] },
      operState: carrier ? 'UP' : 'DOWN',
      ...master,
      link: at && this.#index(at),
      linkNamespaceId: undefined,
      peer: peer && this.#place(peer),
      lower: lower && this.#place(lower),
    };
  }

  /** A bridge takes what is for itself, or for one of its ports (`br_fdb_add_local`). */
  ownEntry(name: DeviceName): FdbEntry[] {
    const { kind, mac, port } = this.#at(name);
    const bridge = kind === 'bridge' ? name : port && (`${split(name).namespace}/${port.of}` as const);
    const usual = { to: undefined, vlan: undefined, local: true, sticky: false, locked: false, permanent: true };
    return bridge ? [{ ...usual, bridge: this.#index(bridge), mac, device: this.#index(name) }] : [];
  }

  #port(name: DeviceName, { of, hairpin = false }: { of: string; hairpin?: boolean }) {
    const bridge = `${split(name).namespace}/${of}` as const;
    const isOpen = this.#carrier(name) && this.#at(bridge).up !== false;
    return {
      master: this.#index(bridge),
      slaveKind: 'bridge',
      slaveData: { ...FLAGS, hairpin, state: isOpen ? 'forwarding' : 'disabled' },
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

/** Those of a new port. */
const FLAGS = {
  ...{ isolated: false, learning: true, locked: false },
  ...{ flood: true, mcastFlood: true, bcastFlood: true },
};

function split(name: DeviceName): { namespace: string; device: string } {
  const [namespace = '', device = ''] = name.split('/');
  return { namespace, device };
}
