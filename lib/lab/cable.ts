import { checkBoolean, checkOptions, UsageError } from '../kernel/validate.ts';
import type { PortOptions } from '../links/bridge-port.ts';
import type { Lower } from '../links/link-description.ts';
import type { LinkKind, NewSettingsOf } from '../links/link-kind.ts';
import type { KindNamed, LinkType } from '../links/registry.ts';
import type { Settings } from '../links/setting.ts';
import type { AddressOption } from './address-option.ts';
import { checkLabOpen } from './check-lab-open.ts';
import type { Interface } from './interface.ts';
import { stateIfThere } from './interface-state.ts';
import type { Namespace } from './namespace.ts';
import type { Port } from './port.ts';
import { endToPull, PulledPlug } from './pulled-plug.ts';
import type { Switch } from './switch.ts';
import { change } from './watcher.ts';

/** One end of a new cable. */
export interface EndOptions {
  /** @default `eth0`, `eth1` … on a host, `p0`, `p1` … on a switch */
  name?: string;
  /** @default one derived from the device's index */
  mac?: string;
  /** Not on a switch. @default the segment's next addresses, IPv4 and IPv6 */
  address?: AddressOption;
  /** @default true */
  up?: boolean;
  /** @default false */
  promiscuous?: boolean;
}

/** A kind of pairs, by its name or as `defineLink` returned it. */
export type PairKind = LinkType | LinkKind<string, Settings, Lower>;

/** The two ends of a new cable, in the order of `cable`'s arguments, and what both have. */
export interface CableOptions<K extends PairKind = 'veth'> {
  /** The kind of pair, by its name or as `defineLink` returned it. Its settings stand beside it. @default 'veth' */
  type?: K;
  /** 68 to 65535. @default 1500 */
  mtu?: number;
  a?: EndOptions & PortOptions;
  b?: EndOptions & PortOptions;
}

/** What an end of a cable is: on a switch a port. */
export type EndOf<N extends Namespace> = N extends Switch ? Port : Interface;

/** Settings of the pair beside the other options. */
export type PairSettings<K> = NewSettingsOf<KindNamed<K>>;

/** A veth pair, or another kind of pair, between two namespaces of a lab. */
export class Cable<A extends Namespace = Namespace, B extends Namespace = Namespace> {
  readonly a: EndOf<A>;
  readonly b: EndOf<B>;
  #pulled: PulledPlug | undefined;

  constructor(a: EndOf<A>, b: EndOf<B>) {
    this.a = a;
    this.b = b;
  }

  /**
   * Pulls the plug (`up: false`) or puts it back (`up: true`): both ends lose and get their carrier. One end goes down
   * for it, since a veth has no other way to lose its carrier: the port of a bridge where there is one, else `b`. Nothing is
   * lost by it: addresses stay, and routes and permanent neighbours are back when the plug is.
   *
   * @example cable.set({ up: false }); await expect(a).not.toReach(b, { because: 'unsent' });
   */
  set(options: { up: boolean }): this {
    const call = `${this}.set`;
    change(call, [options], () => {
      checkLabOpen(call, this.a.namespace.lab);
      checkOptions(call, options, ['up']);
      if (options.up === undefined) throw new UsageError(`${call}: up must be given: true or false`);
      checkBoolean(call, 'up', options.up);
      if (options.up) this.#putBack();
      else this.#pulled ??= new PulledPlug(endToPull([this.a, this.b]));
    });
    return this;
  }

  #putBack(): void {
    this.#pulled?.putBack();
    this.#pulled = undefined;
    // Whatever else took it down.
    for (const end of [this.a, this.b]) if (stateIfThere(end)?.up !== true) end.set({ up: true });
  }

  /** Deletes the pair, and whatever hangs on its ends. */
  delete(): void {
    change(`${this}.delete`, [], () => this.a.delete());
  }

  /** As in `a/eth0–sw/p0`. */
  toString(): string {
    return `${this.a}–${this.b}`;
  }
}
