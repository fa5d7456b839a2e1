import { KernelError } from '../kernel/kernel-error.ts';
import { checkIp, checkMac, checkOneOf, checkOptions } from '../kernel/validate.ts';
import { ipNeighbour, isLearnt, type Neighbour } from '../netlink/neighbour.ts';
import type { Family } from '../wire/ip-address.ts';
import { familyOf } from '../wire/ip-address.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';
import { change, watcher } from './watcher.ts';

/** A permanent entry to be made. */
export interface NeighbourOptions {
  /** The neighbour's IP address. */
  to: string;
  /** Its MAC address. */
  lladdr: string;
  /** The interface that it is on. @default the namespace's only one */
  dev?: Interface | string;
}

/** The ARP and ND tables of a namespace, as `ip neighbour` has them. */
export class NeighbourTable {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds a permanent entry, or replaces what is there.
   *
   * @example ns1.neighbour.add({ to: '10.0.0.102', lladdr: m2.mac })
   */
  add(options: NeighbourOptions): void {
    const call = `${this.#namespace}.neighbour.add`;
    change(call, [options], () => {
      checkLabOpen(call, this.#namespace.lab);
      checkOptions(call, options, ['to', 'lladdr', 'dev']);
      checkIp(call, 'to', options.to);
      checkMac(call, 'lladdr', options.lladdr);
      const device = this.#namespace.interface(options.dev);
      const { to, lladdr } = options;
      engineOf(this.#namespace).rtnetlink.change(
        ipNeighbour.replace({ to, lladdr, device: device.index, state: 'PERMANENT' }),
      );
    });
  }

  /** Deletes an entry. @throws KernelError `ENOENT` when there is none */
  delete(to: string, dev?: Interface | string): void {
    const call = `${this.#namespace}.neighbour.delete`;
    change(call, [to, dev], () => {
      checkLabOpen(call, this.#namespace.lab);
      checkIp(call, 'to', to);
      const device = this.#namespace.interface(dev);
      engineOf(this.#namespace).rtnetlink.change(ipNeighbour.delete({ to, device: device.index }));
    });
  }

  /** What the kernel has now, without the `NOARP` entries. */
  list(): Neighbour[] {
    checkLabOpen(`${this.#namespace}.neighbour.list`, this.#namespace.lab);
    watcher()?.asked();
    return engineOf(this.#namespace)
      .rtnetlink.list(ipNeighbour.all())
      .filter(({ state }) => state !== 'NOARP');
  }

  /**
   * Deletes what the kernel learnt. Permanent entries stay, as with `ip neighbour flush all`, and so do those of a control
   * plane: `extern_learn`, `extern_valid`, `managed`.
   *
   * @param only one family's
   */
  flush(only?: Family): void {
    checkLabOpen(`${this.#namespace}.neighbour.flush`, this.#namespace.lab);
    if (only !== undefined) checkOneOf(`${this.#namespace.name}.neighbour.flush`, 'family', only, [4, 6]);
    for (const { device, to } of this.list().filter(isLearnt)) {
      if (only !== undefined && familyOf(to) !== only) continue;
      try {
        engineOf(this.#namespace).rtnetlink.change(ipNeighbour.delete({ to, device }));
      } catch (error) {
        // The kernel's own garbage collection came first.
        if (!(error instanceof KernelError && error.code === 'ENOENT')) throw error;
      }
    }
  }
}
