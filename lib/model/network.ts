import { isBridgePort } from '../links/bridge-port.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { isRoutable } from '../netlink/address.ts';
import { portsOf } from '../state/find-link.ts';
import type { Link, LinkPlace, NamespaceState, NetworkState } from '../state/network-state.ts';
import type { Family } from '../wire/ip-address.ts';
import type { DeviceName } from './cause.ts';

/** The parts of a network's state that decide what becomes of a frame. */
export type ModelState = NetworkState<ModelPart>;
export const MODEL_PARTS = [
  ...(['addresses', 'fdb', 'vlans', 'mdb', 'mcastRouters', 'filters', 'qdiscs'] as const),
  ...(['routes', 'rules', 'nexthops', 'mroutes', 'neighbours', 'proxies', 'sysctls'] as const),
] as const;
type ModelPart = (typeof MODEL_PARTS)[number];

/** A namespace, as the model sees it. */
export type Host = NamespaceState<ModelPart>;

/** A device with its namespace, and with the devices around it. */
export class Device implements LinkPlace {
  readonly namespace: string;
  readonly index: number;
  readonly link: Link;
  readonly host: Host;
  readonly network: Network;

  constructor(network: Network, host: Host, link: Link) {
    this.namespace = host.name;
    this.index = link.index;
    this.link = link;
    this.host = host;
    this.network = network;
  }

  /** As in `sw/p0`. */
  get name(): DeviceName {
    return `${this.namespace}/${this.link.name}`;
  }

  /** Another device of its namespace. */
  inHost(index: number): Device | undefined {
    return this.network.find({ namespace: this.namespace, index });
  }

  /** The other end of its cable. */
  get peer(): Device | undefined {
    return this.network.find(this.link.peer);
  }

  /** The device that it was made on. */
  get lower(): Device | undefined {
    return this.network.find(this.link.lower);
  }

  /** The devices of a kind, or of a variant of it, that were made on it, the oldest first. */
  uppers(kind: Pick<LinkKind, 'is'>): readonly Device[] {
    return this.network.uppersOf(this).filter(({ link }) => kind.is(link));
  }

  /** The bridge that it is a port of. */
  get bridge(): Device | undefined {
    return isBridgePort(this.link) ? this.inHost(this.link.master ?? 0) : undefined;
  }

  /** The ports of the bridge that it is. */
  get ports(): readonly Device[] {
    return portsOf(this.host, this.index).flatMap(({ index }) => this.inHost(index) ?? []);
  }

  /** Its first address of a version of IP that serves beyond the link. */
  address(family: Family): string | undefined {
    const own = this.host.addresses.filter((each) => each.index === this.index && each.family === family);
    return own.find(isRoutable)?.address;
  }

  toString(): string {
    return this.name;
  }
}

/** A network's state with its devices at hand. */
export class Network {
  readonly state: ModelState;
  readonly #devices = new Map<string, Device>();
  readonly #uppers = new Map<string, Device[]>();

  constructor(state: ModelState) {
    this.state = state;
    for (const host of state.namespaces)
      for (const link of host.links) this.#devices.set(keyOf(host.name, link.index), new Device(this, host, link));
    for (const device of this.#devices.values()) {
      const { lower } = device.link;
      if (!lower) continue;
      const key = keyOf(lower.namespace, lower.index);
      this.#uppers.set(key, [...(this.#uppers.get(key) ?? []), device]);
    }
  }

  get devices(): readonly Device[] {
    return [...this.#devices.values()];
  }

  /** As in `ns1/eth0`. */
  named(name: string): Device | undefined {
    return this.devices.find((device) => device.name === name);
  }

  find(place: LinkPlace | undefined): Device | undefined {
    return place && this.#devices.get(keyOf(place.namespace, place.index));
  }

  uppersOf({ namespace, index }: LinkPlace): readonly Device[] {
    return this.#uppers.get(keyOf(namespace, index)) ?? [];
  }
}

const networks = new WeakMap<ModelState, Network>();

/** The network of a state; the same for the same state. */
export function networkOf(state: ModelState): Network {
  const network = networks.get(state) ?? new Network(state);
  networks.set(state, network);
  return network;
}

function keyOf(namespace: string, index: number): string {
  return `${index} ${namespace}`;
}
