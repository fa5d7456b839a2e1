import type { FdbEntry } from '../netlink/neighbour.ts';
import type { Device } from './network.ts';

/** The forwarding databases of a network's bridges, with what they learn from a frame while it passes. */
export class Learnt {
  readonly #new = new Map<string, FdbEntry>();

  /** The entry for an address; without VLANs all are in one database (`br_fdb_find_rcu`). */
  find(bridge: Device, mac: string): FdbEntry | undefined {
    return this.#new.get(keyOf(bridge, mac)) ?? known(bridge, mac);
  }

  put(bridge: Device, mac: string, port: Device): void {
    const { permanent = false } = this.find(bridge, mac) ?? {};
    const usual = { vlan: undefined, to: undefined, sticky: false, local: false };
    const entry = { ...usual, device: port.index, bridge: bridge.index, mac, permanent };
    this.#new.set(keyOf(bridge, mac), entry);
  }
}

function known({ host, index }: Device, mac: string): FdbEntry | undefined {
  return host.fdb.find((entry) => entry.mac === mac && entry.bridge === index && entry.vlan === undefined);
}

function keyOf(bridge: Device, mac: string): string {
  return `${bridge} ${mac}`;
}
