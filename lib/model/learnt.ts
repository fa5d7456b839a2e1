import type { FdbEntry } from '../netlink/routing/neighbour.ts';
import type { Device } from './network.ts';

/** The forwarding databases of a network's bridges, with what they learn from a frame while it passes. */
export class Learnt {
  readonly #new = new Map<string, FdbEntry>();

  /** The entry for an address in a VLAN (`br_fdb_find_rcu`). A bridge that does not look at VLANs has those of none. */
  find(bridge: Device, mac: string, vlan: number | undefined): FdbEntry | undefined {
    return this.#new.get(keyOf(bridge, mac, vlan)) ?? known(bridge, mac, vlan);
  }

  put(bridge: Device, mac: string, vlan: number | undefined, port: Device): void {
    const { permanent = false } = this.find(bridge, mac, vlan) ?? {};
    const usual = { to: undefined, sticky: false, locked: false, local: false };
    const entry = { ...usual, device: port.index, bridge: bridge.index, mac, vlan, permanent };
    this.#new.set(keyOf(bridge, mac, vlan), entry);
  }
}

function known({ host, index }: Device, mac: string, vlan: number | undefined): FdbEntry | undefined {
  return host.fdb.find((entry) => entry.mac === mac && entry.bridge === index && entry.vlan === vlan);
}

function keyOf(bridge: Device, mac: string, vlan: number | undefined): string {
  return `${bridge} ${mac} ${vlan}`;
}
