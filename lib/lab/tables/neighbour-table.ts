import { unlessCode } from '../../base/has-code.ts';
import { checkBoolean, checkIp, checkMac, checkOneOf, checkOptions, UsageError } from '../../base/validate.ts';
import { ip, mac } from '../../netlink/codec/scalars.ts';
import { ipNeighbour, isLearnt, type Neighbour, type NeighbourState } from '../../netlink/routing/neighbour.ts';
import { checkOptionValues, deviceName } from '../../state/entries/fields.ts';
import { type NeighbourEntry, neighbourEntry } from '../../state/entries/neighbour-entry.ts';
import type { Family } from '../../wire/ip-address.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { checkAlive } from '../interface-state.ts';
import type { Namespace } from '../namespace.ts';
import { listNeighbours } from './list-neighbours.ts';

/** A new entry, in the words of `ip neighbour` (camel-cased). */
export interface NeighbourOptions {
  /** The neighbour's IP address. */
  to: string;
  /** Its MAC address; a proxy's entry has none. */
  lladdr?: string;
  /** The interface that it is on. @default the namespace's only one */
  dev?: Interface | string;
  /** The state of the entry (NUD). @default 'PERMANENT' */
  state?: Exclude<NeighbourState, 'NONE' | 'INCOMPLETE'>;
  /** Answer for the address, although the namespace does not have it (`ip neighbour add proxy`). @default false */
  proxy?: boolean;
  /** It is an IPv6 router (RFC 4861). @default false */
  router?: boolean;
  /** A control plane added it: the kernel does not collect it. @default false */
  externLearn?: boolean;
}

const { state, proxy, router, externLearn } = neighbourEntry.fields;
const FIELDS = { state, proxy, router, externLearn };
/** Every option of an entry. */
export const neighbourFields = { to: ip, lladdr: mac, dev: deviceName, ...FIELDS };

/** The ARP and ND tables of a namespace, as `ip neighbour` has them. */
export class NeighbourTable {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds an entry, or replaces what is there.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example ns1.neighbour.add({ to: '10.0.0.102', lladdr: m2.mac })
   * @example r.neighbour.add({ to: '10.0.0.9', proxy: true, dev: eth0 })
   */
  add(options: NeighbourOptions): void {
    this.#give('add', options);
  }

  /** The same as {@link add}, by the name that `ip neighbour` has for it. */
  replace(options: NeighbourOptions): void {
    this.#give('replace', options);
  }

  #give(verb: string, options: NeighbourOptions): void {
    change(`${this.#namespace}.neighbour.${verb}`, this.#namespace, [options], (call) => {
      checkOptions(call, options, Object.keys(neighbourFields));
      const { to, lladdr } = options;
      checkIp(call, 'to', to);
      const checked = checkOptionValues(call, FIELDS, options);
      if (!checked.proxy || lladdr !== undefined) checkMac(call, 'lladdr', lladdr);
      if (checked.proxy && lladdr !== undefined)
        throw new UsageError(`${call}: a proxy answers with the MAC address of its interface: leave lladdr out`);
      const device = this.#namespace.interface(options.dev);
      const { state = 'PERMANENT', proxy = false, router = false, externLearn = false } = checked;
      const entry = { to, lladdr, device: device.index, state, proxy, router, externLearn };
      engineOf(this.#namespace).rtnetlink.change(ipNeighbour.replace(entry));
      if (proxy) engineOf(this.#namespace.lab).visits.addFault();
    });
  }

  /**
   * Deletes an entry; with `proxy: true` the proxy entry.
   *
   * @throws KernelError `ENOENT` when there is none
   */
  delete(to: string, dev?: Interface | string, options: { proxy?: boolean } = {}): void {
    change(`${this.#namespace}.neighbour.delete`, this.#namespace, [to, dev, options], (call) => {
      checkIp(call, 'to', to);
      checkOptions(call, options, ['proxy']);
      checkBoolean(call, 'proxy', options.proxy);
      const device = this.#namespace.interface(dev);
      engineOf(this.#namespace).rtnetlink.change(
        ipNeighbour.delete({ to, device: device.index, ...(options.proxy && { proxy: true }) }),
      );
    });
  }

  /** The entries that the kernel has now, proxies too, without the `NOARP` entries. */
  list(): NeighbourEntry[] {
    ask(`${this.#namespace}.neighbour.list`, this.#namespace);
    return neighbourEntry.list(engineOf(this.#namespace));
  }

  /**
   * Deletes the entries that the kernel learnt. Permanent entries stay, as with `ip neighbour flush all`, and so do those of
   * a control plane: `extern_learn`, `extern_valid`, `managed`.
   *
   * @param only the family. @default both
   */
  flush(only?: Family): void {
    checkAlive(`${this.#namespace}.neighbour.flush`, this.#namespace);
    if (only !== undefined) checkOneOf(`${this.#namespace.name}.neighbour.flush`, 'family', only, [4, 6]);
    const { rtnetlink } = engineOf(this.#namespace);
    const isMeant = ({ to }: Neighbour) => only === undefined || familyOf(to) === only;
    const flush = () => {
      const learnt = listNeighbours(this.#namespace).filter((entry) => isLearnt(entry) && isMeant(entry));
      rtnetlink.change(...learnt.map(({ device, to }) => ipNeighbour.delete({ to, device })));
      return true;
    };
    // The kernel's own garbage collection may come first. Then the rest is listed again.
    while (!unlessCode(['ENOENT'], flush));
  }
}
