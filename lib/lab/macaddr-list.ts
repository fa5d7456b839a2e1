import type { Macvlan } from './macvlan.ts';
import { macaddrAttributes, macvlanSettings } from './macvlan-attributes.ts';
import { checkMac } from './validate.ts';
import { change, words } from './watcher.ts';

/** The addresses of a `source` macvlan (`IFLA_MACVLAN_MACADDR`). */
export class MacaddrList {
  readonly #macvlan: Macvlan;

  constructor(macvlan: Macvlan) {
    this.#macvlan = macvlan;
  }

  add(mac: string): void {
    this.#change('add', mac);
  }

  /** Deleting an address that is not on the list does nothing, as in the kernel. */
  delete(mac: string): void {
    this.#change('del', mac);
  }

  /** Empties the list: the macvlan hears nobody. */
  flush(): void {
    const flush = () => this.#macvlan.setData(macaddrAttributes('flush'), { macaddr: 'flush' });
    change(() => `${this.#macvlan}.macaddr.flush()`, flush, undefined);
  }

  /** Replaces the whole list. */
  set(macs: readonly string[]): void {
    const set = () => {
      for (const mac of macs) checkMac(`${this.#macvlan}.macaddr.set`, 'macaddr', mac);
      this.#macvlan.setData(macaddrAttributes('set', macs), { macaddr: `set ${macs.join(' ')}` });
    };
    change(() => `${this.#macvlan}.macaddr.set(${words(macs)})`, set, undefined);
  }

  /** The list as the kernel has it. */
  list(): string[] {
    return macvlanSettings(this.#macvlan.state().data ?? Buffer.alloc(0)).macaddr;
  }

  #change(how: 'add' | 'del', mac: string): void {
    const call = `${this.#macvlan}.macaddr.${how === 'del' ? 'delete' : how}`;
    const set = () => {
      checkMac(call, 'mac', mac);
      this.#macvlan.setData(macaddrAttributes(how, [mac]), { macaddr: `${how} ${mac}` });
    };
    change(() => `${call}(${words(mac)})`, set, undefined);
  }
}
