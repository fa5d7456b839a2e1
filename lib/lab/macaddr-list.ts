import { checkMac, show, UsageError } from '../kernel/validate.ts';
import type { Macvlan } from './macvlan.ts';
import { macvlanSettings } from './macvlan-attributes.ts';
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
    const flush = () => this.#macvlan.setData({ listChange: 'flush' });
    change(() => `${this.#macvlan}.macaddr.flush()`, flush, undefined);
  }

  /** Replaces the whole list. */
  set(macs: readonly string[]): void {
    const set = () => {
      const call = `${this.#macvlan}.macaddr.set`;
      if (macs === undefined) throw new UsageError(`${call}: macaddr must be given: a list of MAC addresses`);
      checkMacaddr(call, macs);
      this.#macvlan.setData({ listChange: 'set', macaddr: macs });
    };
    change(() => `${this.#macvlan}.macaddr.set(${words(macs)})`, set, undefined);
  }

  /** The list as the kernel has it. */
  list(): string[] {
    return macvlanSettings(this.#macvlan.state()).macaddr;
  }

  #change(how: 'add' | 'del', mac: string): void {
    const call = `${this.#macvlan}.macaddr.${how === 'del' ? 'delete' : how}`;
    const set = () => {
      checkMac(call, 'mac', mac);
      this.#macvlan.setData({ listChange: how, listed: mac });
    };
    change(() => `${call}(${words(mac)})`, set, undefined);
  }
}

/** What one netlink attribute has room for (65535 bytes), and its siblings in it. */
const MOST_AT_ONCE = 5000;

/** Checks a whole list, as a new macvlan or {@link MacaddrList.set} is given it; `undefined` is left to the default. */
export function checkMacaddr(call: string, macaddr: unknown): void {
  if (macaddr === undefined) return;
  if (!Array.isArray(macaddr)) {
    throw new UsageError(`${call}: macaddr must be a list of MAC addresses: received ${show(macaddr)}`);
  }
  if (macaddr.length > MOST_AT_ONCE) {
    throw new UsageError(
      `${call}: macaddr must be at most ${MOST_AT_ONCE} MAC addresses at once, which fit into one message: received ` +
        `${macaddr.length}; add the others by macaddr.add`,
    );
  }
  for (const mac of macaddr) checkMac(call, 'macaddr', mac);
}
