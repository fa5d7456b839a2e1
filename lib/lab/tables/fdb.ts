import { isObject } from '../../base/plain-object.ts';
import { checkBoolean, checkInteger, checkMac, checkOptions, show, UsageError } from '../../base/validate.ts';
import { bridgeFdb, type FdbEntry } from '../../netlink/routing/neighbour.ts';
import type { Bridge } from '../bridge.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import { Interface } from '../interface.ts';
import type { Port } from '../port.ts';

/** More of an entry, in the words of `bridge fdb`. Without `dynamic`, `local`, `externLearn` and `use` it is static. */
export interface FdbOptions {
  /** The VLAN of the entry, 1 to 4094. @default untagged frames, and every VLAN of the port */
  vlan?: number;
  /** The entry stays at this port, even if another port receives the address. @default false */
  sticky?: boolean;
  /** It ages, as one that the bridge has learnt does (`ageingTime`). @default false */
  dynamic?: boolean;
  /** The bridge takes its frames for itself, and sends them on to nobody. @default false; true of an entry of the bridge itself */
  local?: boolean;
  /**
   * A control plane has learnt it (`extern_learn`): it does not age, and moves to the port that the address is heard at
   * (`br_fdb_external_learn_add`). @default false
   */
  externLearn?: boolean;
  /** As if the port had heard the address now. A port that does not learn passes over it (`nbp_state_should_learn`). @default false */
  use?: boolean;
}

const OPTIONS = ['vlan', 'sticky', 'dynamic', 'local', 'externLearn', 'use'] as const;
/** How an entry is kept: one of these, or `static`. */
const KEPT = ['dynamic', 'local', 'externLearn', 'use'] as const;

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
    ask(`${this.#name}.fdb.list`, this.#bridge);
    return engineOf(namespace)
      .rtnetlink.list(bridgeFdb.all({ bridge }))
      .flatMap((entry) => {
        const port = ports.find(({ index }) => index === entry.device);
        return port ? [{ ...entry, port }] : [];
      });
  }

  /**
   * Adds an entry. It takes the place of the one that the bridge has for the address, as with `bridge fdb replace`: the bridge
   * may have learnt the address already, from a frame that nobody asked for.
   *
   * @param port the port that the address is behind; the bridge itself, as a device, for an address that it takes for its own
   * @throws UsageError for a wrong argument; KernelError when the kernel refuses
   * @example sw.fdb.add(ns1.interface().mac, sw.ports[0], { vlan: 10 })
   * @example sw.fdb.add('02:00:00:00:00:07', sw.ports[0], { externLearn: true })
   * @example sw.fdb.add('02:00:00:00:00:07', sw.br0)
   */
  add(mac: string, port: Interface, options: FdbOptions = {}): void {
    this.#replace('add', mac, port, options);
  }

  /** The same as {@link add}, by the word of `bridge fdb`: the address moves to this port, in one step. */
  replace(mac: string, port: Interface, options: FdbOptions = {}): void {
    this.#replace('replace', mac, port, options);
  }

  /**
   * Deletes an entry.
   *
   * @param options the VLAN of the entry. Without one, all entries of the address at the port
   * @throws KernelError `ENOENT` when there is no such entry
   */
  delete(mac: string, port: Interface, options: Pick<FdbOptions, 'vlan'> = {}): void {
    change(`${this.#name}.fdb.delete`, this.#bridge.namespace, [mac, port, options], (call) => {
      this.#check(call, mac, port);
      checkOptions(call, options, ['vlan']);
      checkVlan(call, options.vlan);
      const entry = { mac, device: port.index, vlan: options.vlan, ...this.#place(port) };
      engineOf(port.namespace).rtnetlink.change(bridgeFdb.delete(entry));
    });
  }

  #replace(verb: 'add' | 'replace', mac: string, port: Interface, options: FdbOptions): void {
    change(`${this.#name}.fdb.${verb}`, this.#bridge.namespace, [mac, port, options], (call) => {
      this.#check(call, mac, port);
      const isOwn = port === this.#bridge;
      checkEntry(call, options, isOwn);
      const { vlan, sticky, dynamic, externLearn, use, local = isOwn } = options;
      const causes = { EINVAL: () => `${port} is in no VLAN ${vlan} (br_fdb_add): see ${port}.vlan.list()` };
      const state = local ? 'PERMANENT' : dynamic || externLearn || use ? 'REACHABLE' : 'NOARP';
      const entry = { mac, device: port.index, vlan, sticky, externLearn, use, ...this.#place(port), state } as const;
      engineOf(port.namespace).rtnetlink.change(bridgeFdb.replace(entry, causes));
    });
  }

  /** Entries of the bridge use `self`, entries of a port use `master`. */
  #place(port: Interface): { self: true } | { master: true } {
    return port === this.#bridge ? { self: true } : { master: true };
  }

  #check(call: string, mac: unknown, port: unknown): void {
    // As mdb.add and a vxlan's fdb.add take it.
    if (isObject(mac))
      throw new UsageError(`${call}: mac and port are arguments, and the options follow: ${call}(mac, port, { … })`);
    checkMac(call, 'mac', mac);
    if (!(port instanceof Interface) || (port.bridge !== this.#bridge && port !== this.#bridge)) {
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

/** @param isOwn it is of the bridge itself */
function checkEntry(call: string, options: FdbOptions, isOwn: boolean): void {
  checkOptions(call, options, OPTIONS);
  checkVlan(call, options.vlan);
  for (const name of OPTIONS.slice(1)) checkBoolean(call, name, options[name]);
  const kept = KEPT.filter((name) => options[name]);
  if (kept.length > 1)
    throw new UsageError(`${call}: an entry takes one of ${KEPT.join(', ')}: received ${kept.join(', ')}`);
  const [how] = kept;
  // br_fdb_add refuses the first; __br_fdb_add passes over it in the others.
  if (options.sticky && how && how !== 'dynamic')
    throw new UsageError(`${call}: sticky belongs to an entry that is static or dynamic: received sticky, ${how}`);
  // __br_fdb_add, fdb_add_entry
  const other = how === 'local' ? undefined : (how ?? (options.sticky ? 'sticky' : undefined));
  if (isOwn && (other || options.local === false))
    throw new UsageError(`${call}: an entry of the bridge itself is local: received ${other ?? 'local: false'}`);
}

function checkVlan(call: string, vlan: unknown): void {
  checkInteger(call, 'vlan', vlan, 1, 4094);
}
