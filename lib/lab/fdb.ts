import { checkBoolean, checkInteger, checkMac, checkOptions, show, UsageError } from '../kernel/validate.ts';
import { bridgeFdb, type FdbEntry } from '../netlink/neighbour.ts';
import type { Bridge } from './bridge.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engine.ts';
import { Interface } from './interface.ts';
import { checkAlive } from './interface-state.ts';
import type { Port } from './port.ts';
import { change, watcher } from './watcher.ts';

/** More of a static entry, in the words of `bridge fdb add`. */
export interface FdbOptions {
  /** The VLAN of the entry, 1 to 4094. @default untagged frames, and every VLAN of the port */
  vlan?: number;
  /** The entry stays at this port, even if another port receives the address. @default false */
  sticky?: boolean;
}

/** The forwarding database of a bridge, as `bridge fdb` has it: which address is behind which port. */
export class Fdb {
  readonly #bridge: Bridge;
  readonly #name: string;

  /** @param name what errors call the bridge: a switch, or the device */
  constructor(bridge: Bridge, name = String(bridge)) {
    this.#bridge = bridge;
    this.#name = name;
  }

  /** Entries of the ports, without those of the bridge itself. */
  list(): (FdbEntry & { port: Port })[] {
    const { namespace, index: bridge, ports } = this.#bridge;
    checkLabOpen(`${this.#name}.fdb.list`, namespace.lab);
    checkAlive(this.#bridge, 'fdb.list');
    watcher()?.asked();
    return engineOf(namespace)
      .rtnetlink.list(bridgeFdb.all({ bridge }))
      .flatMap((entry) => {
        const port = ports.find(({ index }) => index === entry.device);
        return port ? [{ ...entry, port }] : [];
      });
  }

  /**
   * Adds a static entry.
   *
   * @throws UsageError for a wrong argument; KernelError when the kernel refuses
   * @example sw.fdb.add(ns1.interface().mac, sw.ports[0], { vlan: 10 })
   */
  add(mac: string, port: Interface, options: FdbOptions = {}): void {
    const call = `${this.#name}.fdb.add`;
    change(call, [mac, port, ...(Object.keys(options ?? {}).length > 0 ? [options] : [])], () => {
      this.#check(call, mac, port);
      checkOptions(call, options, ['vlan', 'sticky']);
      const { vlan, sticky } = options;
      checkVlan(call, vlan);
      checkBoolean(call, 'sticky', sticky);
      const causes = { EINVAL: () => `${port} is in no VLAN ${vlan} (br_fdb_add): see ${port}.vlan.list()` };
      const entry = { mac, device: port.index, vlan, sticky, master: true, state: 'NOARP' } as const;
      engineOf(port.namespace).rtnetlink.change(bridgeFdb.replace(entry, causes));
    });
  }

  /**
   * Deletes an entry.
   *
   * @param options the VLAN of the entry. Without one, all entries of the address at the port
   * @throws KernelError `ENOENT` when there is no such entry
   */
  delete(mac: string, port: Interface, options: Pick<FdbOptions, 'vlan'> = {}): void {
    const call = `${this.#name}.fdb.delete`;
    change(call, [mac, port, ...(Object.keys(options ?? {}).length > 0 ? [options] : [])], () => {
      this.#check(call, mac, port);
      checkOptions(call, options, ['vlan']);
      checkVlan(call, options.vlan);
      const entry = { mac, device: port.index, vlan: options.vlan, master: true };
      engineOf(port.namespace).rtnetlink.change(bridgeFdb.delete(entry));
    });
  }

  #check(call: string, mac: unknown, port: unknown): void {
    checkLabOpen(call, this.#bridge.namespace.lab);
    checkMac(call, 'mac', mac);
    if (!(port instanceof Interface) || port.bridge !== this.#bridge) {
      throw new UsageError(
        `${call}: port must be a port of ${this.#name}, such as an end of a cable there: received ${this.#describe(port)}`,
      );
    }
    if (port.deleted) throw new UsageError(`${call}: port ${port} has been deleted`);
  }

  #describe(port: unknown): string {
    if (!(port instanceof Interface)) return show(port);
    return port.namespace.lab === this.#bridge.namespace.lab ? `${port}` : `${port}, of another lab`;
  }
}

function checkVlan(call: string, vlan: unknown): void {
  checkInteger(call, 'vlan', vlan, 1, 4094);
}
