import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/** Who was given which address in a lab, whether it has it still or not: the kernel and programs take addresses away, too. */
export class AddressBook {
  readonly #holders = new Map<string, Interface>();
  readonly #deleted = new Set<string>();
  #isShared = false;

  /** Whether two namespaces were ever given one address. */
  get isShared(): boolean {
    return this.#isShared;
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

  give(address: string, device: Interface): void {
    const before = this.holderOf(address);
    this.#holders.set(address, device);
    this.#deleted.delete(address);
    if (before && before !== device.namespace) this.#isShared = true;
  }

  delete(address: string): void {
    this.#deleted.add(address);
  }
}
