import { networkOf, type Prefix } from '../../wire/ip-address.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';

/** Who was given which address in a lab, whether it has it still or not: the kernel and programs take addresses away, too. */
export class AddressBook {
  readonly #holders = new Map<string, Interface>();
  readonly #deleted = new Set<string>();
  readonly #ofRouters = new Set<string>();
  #isShared = false;

  /** Whether two namespaces were ever given one address. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /**
   * Whether any router of a subnet may answer for an address: the first of an IPv6 subnet is that of all of its routers
   * (RFC 4291 section 2.6.1).
   */
  isOfRouters(address: string): boolean {
    return this.#ofRouters.has(address);
  }

  /** Who was the last to be given an address. */
  holderOf(address: string): Namespace | undefined {
    return this.#holders.get(address)?.namespace;
  }

  /** The addresses that a device was the last to be given. */
  givenTo(device: Interface): string[] {
    return [...this.#holders].flatMap(([address, holder]) => (holder === device ? [address] : []));
  }

  /** Whether a spec deleted an address since it was last given. */
  wasDeleted(address: string): boolean {
    return this.#deleted.has(address);
  }

  give(prefix: Prefix, device: Interface): void {
    const { address, family, length } = prefix;
    const before = this.holderOf(address);
    this.#holders.set(address, device);
    this.#deleted.delete(address);
    if (before && before !== device.namespace) this.#isShared = true;
    // RFC 6164: the two of a /127 have an address each (addrconf_join_anycast).
    if (family === 6 && length < 127) this.#ofRouters.add(networkOf(prefix));
  }

  delete(address: string): void {
    this.#deleted.add(address);
  }
}
