import { checkBoolean, checkInteger, checkOneOf, checkOptions } from '../kernel/validate.ts';
import { BRIDGE_PORT_STATES, type BridgePortState, bridgeLink, bridgePort } from '../netlink/bridge-port.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { checkInterfaceChange, INTERFACE_CHANGES, Interface, type InterfaceChange } from './interface.ts';
import { watcher } from './watcher.ts';

export type PortState = BridgePortState;

/** The settings of a bridge port, in the words of `bridge link set` (camel-cased). */
export interface PortOptions {
  /** Frames may leave by the port that they came in by: 802.1Qbg's reflective relay. @default false */
  hairpin?: boolean;
  /** Isolated ports do not talk to each other. @default false */
  isolated?: boolean;
  /** @default true */
  learning?: boolean;
  /** Send unicast with an unknown destination out here. @default true */
  flood?: boolean;
  /** @default true */
  mcastFlood?: boolean;
  /** @default true */
  bcastFlood?: boolean;
  /** BPDU guard. @default false */
  guard?: boolean;
  /** Only addresses in the forwarding database may send (802.1X). @default false */
  locked?: boolean;
  /** `blocking` is turned into `forwarding` at once without a spanning tree (`br_make_forwarding`). @default 'forwarding' */
  state?: PortState;
  /** @default by the link's speed */
  cost?: number;
  /** @default 32 */
  priority?: number;
}

const FLAGS = [
  ...(['hairpin', 'guard', 'learning', 'flood', 'mcastFlood', 'bcastFlood', 'isolated', 'locked'] as const),
] as const satisfies readonly (keyof PortOptions)[];

export const PORT_OPTIONS = [...FLAGS, 'state', 'cost', 'priority'] as const;

/** So set, a port takes in nothing and sends out nothing. Before Linux 5.18 no port can be locked. */
const SEALED = { flood: false, mcastFlood: false, bcastFlood: false, learning: false, locked: true } as const;

/** A port of a switch, or of a bridge that other software made: the end of a cable there. */
export class Port extends Interface {
  override get isPort(): true {
    return true;
  }

  /** The settings that the kernel has now. */
  get settings(): PortOptions {
    return settingsOfPort(this);
  }

  /**
   * Changes the port, or the device that it is.
   *
   * @example switchPort.set({ hairpin: true })
   */
  override set(change: PortOptions & InterfaceChange): this {
    return super.set(change);
  }

  protected override apply(change: PortOptions & InterfaceChange): this {
    this.checkAlive('set');
    const call = `${this}.set`;
    checkOptions(call, change, [...PORT_OPTIONS, ...INTERFACE_CHANGES]);
    checkPortOptions(call, change);
    const ofInterface: InterfaceChange = Object.fromEntries(
      Object.entries(change).filter(([key]) => INTERFACE_CHANGES.some((name) => name === key)),
    );
    checkInterfaceChange(call, ofInterface);
    const ofPort: PortOptions = Object.fromEntries(
      Object.entries(change).filter(([key]) => PORT_OPTIONS.some((name) => name === key)),
    );
    // A single change is refused or done.
    const before = Object.keys(change).length > 1 ? { ofInterface: this.state(), ofPort: this.settings } : undefined;
    const comesUp = ofInterface.up === true;
    // A device that comes up has its settings before its first frame. One that is up keeps them until it has changed.
    const open = comesUp ? this.prepare(ofPort) : () => this.setPort(ofPort);
    const hasChanged = Object.keys(ofInterface).length > 0;
    try {
      if (hasChanged) super.apply(ofInterface);
    } catch (error) {
      if (before && comesUp)
        this.setPort({ ...counterparts({ ...ofPort, ...SEALED }, before.ofPort), state: undefined });
      throw error;
    }
    try {
      open();
    } catch (error) {
      // br_setport goes through the settings one by one, the flags before the state, and stops at the one that it refuses.
      if (before) {
        // The state is the last to be set, so the refused one was never taken: it need not be put back.
        this.setPort({ ...counterparts({ ...ofPort, ...SEALED }, before.ofPort), state: undefined });
        if (hasChanged) super.apply(counterparts(ofInterface, before.ofInterface));
      }
      throw error;
    }
    return this;
  }

  /**
   * Gives a port that is down its settings, so that they hold for the first frame that passes it. The kernel takes a state
   * only once the port has its carrier (`br_set_port_state`): until then such a port is sealed.
   *
   * @returns to be called when the port has its carrier: it sets the state and breaks the seal
   *
   * @internal
   */
  prepare({ state, ...options }: PortOptions): () => void {
    if (state === undefined || state === 'forwarding') {
      this.setPort(options);
      return () => this.setPort({ state });
    }
    const unsealed = { ...counterparts(SEALED, this.settings), ...counterparts(SEALED, options) };
    this.setPort({ ...options, ...SEALED });
    return () => {
      this.setPort({ state });
      this.setPort(unsealed);
    };
  }

  // No private name of JavaScript's: an interface that a program puts into a bridge becomes a Port (discover.ts).
  private setPort(options: { [K in keyof PortOptions]: PortOptions[K] | undefined }): void {
    if (Object.values(options).every((value) => value === undefined)) return;
    const causes = {
      EBUSY: "a port's state is the spanning tree's to set while STP is on",
      ENETDOWN: 'a port that is down, or has no carrier, can be put into the state disabled only',
    };
    this.namespace.rtnetlink.change(bridgeLink.change({ ...options, index: this.index }, causes));
  }
}

/** The settings that the kernel has of a device as a port, whatever kind of link it is. */
export function settingsOfPort(device: Interface): PortOptions {
  device.checkAlive('settings');
  watcher()?.asked();
  return portSettings(device.namespace.rtnetlink.get(ipLink.get({ index: device.index })));
}

/** Of `values` what has a counterpart in `chosen`. */
function counterparts<T extends object>(chosen: object, values: T): Partial<T> {
  const keys = Object.keys(values).filter((key) => key in chosen);
  return Object.fromEntries(keys.map((key) => [key, values[key as keyof T]])) as Partial<T>;
}

export function checkPortOptions(call: string, options: PortOptions): void {
  for (const flag of FLAGS) checkBoolean(call, flag, options[flag]);
  if (options.state !== undefined) checkOneOf(call, 'state', options.state, BRIDGE_PORT_STATES);
  checkInteger(call, 'cost', options.cost, 1, 65535);
  checkInteger(call, 'priority', options.priority, 0, 63);
}

/** Those of a port's settings that {@link Port.set} takes, as the kernel has them; an older one has not all of them. */
export function portSettings(link: LinkState): PortOptions {
  const settings = bridgePort.of(link);
  const known = PORT_OPTIONS.filter((option) => settings?.[option] !== undefined);
  return Object.fromEntries(known.map((option) => [option, settings?.[option]]));
}
