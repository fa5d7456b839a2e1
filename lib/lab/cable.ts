import { checkInteger, checkMilliseconds, checkOptions, UsageError } from '../base/validate.ts';
import { sleep } from '../kernel/clock.ts';
import type { PortOptions } from '../links/bridge-port.ts';
import type { NewSettingsOf } from '../links/link-kind.ts';
import type { KindNamed, PairKindName, UsualPairName } from '../links/registry.ts';
import { change, unwatched } from './engines/watcher.ts';
import { endToPull, PulledPlug } from './faults/pulled-plug.ts';
import type { Interface } from './interface.ts';
import { stateIfThere } from './interface-state.ts';
import type { Namespace } from './namespace.ts';
import type { Port } from './port.ts';
import type { Switch } from './switch.ts';
import type { AddressOption } from './tables/address-option.ts';

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

/** The options of the two ends of a new cable, in the order of `cable`'s arguments, and of both. */
export interface CableOptions<K extends PairKindName = UsualPairName> {
  /** The kind of pair. Its settings are further options. @default 'veth' */
  kind?: K;
  /** 68 to 65535. @default 1500 */
  mtu?: number;
  /** The end at the first namespace; on a switch it takes a port's options, too. @example { address: '10.0.0.9', name: 'up0' } */
  a?: EndOptions & PortOptions;
  /** The end at the second namespace. */
  b?: EndOptions & PortOptions;
}

/** What an end of a cable is: on a switch a port. */
export type EndOf<N extends Namespace> = N extends Switch ? Port : Interface;

/** Settings of the pair beside the other options. */
export type PairSettings<K> = NewSettingsOf<KindNamed<K>>;

/** An unplugged cable: `using` plugs it in again at the end of its scope. */
export interface Unplugged extends Disposable {
  /** Plugs it in again now. */
  plug(): void;
}

/** How often the carrier is lost, and for how long. */
export interface FlapOptions {
  /** @default 1 */
  times?: number;
  /** How long there is no carrier each time, in milliseconds. */
  down: number;
  /** How long there is a carrier in between, in milliseconds. @default 0 */
  up?: number;
}

/** A veth pair, or another kind of pair, between two namespaces of a lab. */
export class Cable<A extends Namespace = Namespace, B extends Namespace = Namespace> {
  /** The end at the first namespace of `lab.cable`; a {@link Port} if that is a switch. */
  readonly a: EndOf<A>;
  /** The end at the second. */
  readonly b: EndOf<B>;
  #pulled: PulledPlug | undefined;

  constructor(a: EndOf<A>, b: EndOf<B>) {
    this.a = a;
    this.b = b;
  }

  /**
   * Unplugs the cable: both ends lose their carrier. To do so it sets one end down, since a veth has no other way to lose
   * its carrier: the port of a bridge if there is one, else `b`. Addresses stay, and routes and permanent neighbours come
   * back with the carrier. A second call does nothing.
   *
   * @returns a handle that plugs it in again at the end of its scope, if this call unplugged it
   * @example
   * using cut = cable.unplug();
   * await expect(a).not.toReach(b, { because: 'unsent' });
   * cut.plug();
   */
  unplug(): Unplugged {
    const before = this.#pulled;
    change(`${this}.unplug`, this.a.namespace, [], () => {
      this.#pulled ??= new PulledPlug(endToPull([this.a, this.b]));
    });
    const pulled = before === this.#pulled ? undefined : this.#pulled;
    return {
      plug: () => void this.plug(),
      [Symbol.dispose]: () => {
        if (pulled && pulled === this.#pulled && !this.a.namespace.lab.closed && !this.a.deleted)
          unwatched(() => this.plug());
      },
    };
  }

  /** Plugs it in again. Also brings up an end that something else set down. */
  plug(): this {
    change(`${this}.plug`, this.a.namespace, [], () => {
      this.#pulled?.putBack();
      this.#pulled = undefined;
      for (const end of [this.a, this.b]) if (stateIfThere(end)?.up !== true) end.set({ up: true });
    });
    return this;
  }

  /**
   * Unplugs the cable and plugs it in again, several times, like a loose contact.
   *
   * @returns a promise that resolves when the cable is plugged in for the last time
   * @throws UsageError for a wrong option
   * @example await cable.flap({ times: 3, down: 50, up: 50 })
   */
  async flap(options: FlapOptions): Promise<void> {
    const call = `${this}.flap`;
    const { lab } = this.a.namespace;
    checkOptions(call, options, ['times', 'down', 'up']);
    const { times = 1, down, up = 0 } = options;
    checkInteger(call, 'times', times, 1, 1_000_000);
    if (down === undefined) throw new UsageError(`${call}: down must be given: milliseconds without a carrier`);
    checkMilliseconds(call, 'down', down);
    checkMilliseconds(call, 'up', up);
    for (let time = 1; time <= times; time++) {
      {
        using cut = this.unplug();
        await sleep(down);
        if (lab.closed) return;
        cut.plug();
      }
      if (time < times) await sleep(up);
      if (lab.closed) return;
    }
  }

  /** Deletes the pair, and the devices on top of its ends. */
  delete(): void {
    change(`${this}.delete`, this.a.namespace, [], () => this.a.delete());
  }

  /** As in `a/eth0–sw/p0`. */
  toString(): string {
    return `${this.a}–${this.b}`;
  }
}
