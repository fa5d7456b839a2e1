import { u8, u16, u32 } from '../kernel/bytes.ts';
import { type Attribute, decodeAttributes } from '../netlink/attribute.ts';
import { setBridgePort } from '../netlink/link.ts';
import { listLinks } from '../netlink/link-state.ts';
import { checkInterfaceChange, INTERFACE_CHANGES, Interface, type InterfaceChange } from './interface.ts';
import { checkBoolean, checkInteger, checkOneOf, checkOptions } from './validate.ts';
import { watcher } from './watcher.ts';

/** `BR_STATE_*`, linux/if_bridge.h. */
const STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;
export type PortState = (typeof STATES)[number];

/** The settings that are flags, with their attribute (`IFLA_BRPORT_*`). */
const FLAGS = {
  hairpin: 4,
  guard: 5,
  learning: 8,
  flood: 9,
  mcastFlood: 27,
  bcastFlood: 30,
  isolated: 33,
  locked: 39,
} as const;
const IFLA_BRPORT_STATE = 1;
const IFLA_BRPORT_PRIORITY = 2;
const IFLA_BRPORT_COST = 3;

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

export const PORT_OPTIONS = [...(Object.keys(FLAGS) as (keyof typeof FLAGS)[]), 'state', 'cost', 'priority'] as const;

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
    const settings = portAttributes(options);
    if (settings.length === 0) return;
    const words = Object.entries(options).filter(([, value]) => value !== undefined);
    setBridgePort(this.namespace.rtnetlink, this.index, settings, {
      operation: `bridge -n ${this.namespace.name} link set dev ${this.name} ${words.map(portWord).join(' ')}`,
      causes: {
        EBUSY: "a port's state is the spanning tree's to set while STP is on",
        ENETDOWN: 'a port that is down, or has no carrier, can be put into the state disabled only',
      },
    });
  }
}

/** The settings that the kernel has of a device as a port, whatever kind of link it is. */
export function settingsOfPort(device: Interface): PortOptions {
  device.checkAlive('settings');
  watcher()?.asked();
  const { namespace, name, index } = device;
  const operation = { operation: `bridge -n ${namespace.name} -d link show dev ${name}` };
  const link = listLinks(namespace.rtnetlink, operation).find((each) => each.index === index);
  return portSettings(link?.slaveData ?? Buffer.alloc(0));
}

/** Of `values` what has a counterpart in `chosen`. */
function counterparts<T extends object>(chosen: object, values: T): Partial<T> {
  const keys = Object.keys(values).filter((key) => key in chosen);
  return Object.fromEntries(keys.map((key) => [key, values[key as keyof T]])) as Partial<T>;
}

export function checkPortOptions(call: string, options: PortOptions): void {
  for (const flag of Object.keys(FLAGS) as (keyof typeof FLAGS)[]) checkBoolean(call, flag, options[flag]);
  if (options.state !== undefined) checkOneOf(call, 'state', options.state, STATES);
  checkInteger(call, 'cost', options.cost, 1, 65535);
  checkInteger(call, 'priority', options.priority, 0, 63);
}

/** Options as `IFLA_PROTINFO` carries them. */
export function portAttributes(options: { [K in keyof PortOptions]: PortOptions[K] | undefined }): Attribute[] {
  const attributes: Attribute[] = [];
  for (const flag of Object.keys(FLAGS) as (keyof typeof FLAGS)[]) {
    const value = options[flag];
    if (value !== undefined) attributes.push([FLAGS[flag], u8(value ? 1 : 0)]);
  }
  if (options.state !== undefined) attributes.push([IFLA_BRPORT_STATE, u8(STATES.indexOf(options.state))]);
  if (options.priority !== undefined) attributes.push([IFLA_BRPORT_PRIORITY, u16(options.priority)]);
  if (options.cost !== undefined) attributes.push([IFLA_BRPORT_COST, u32(options.cost)]);
  return attributes;
}

/** The inverse of {@link portAttributes}: a port's settings as the kernel has them (`IFLA_INFO_SLAVE_DATA`). */
export function portSettings(data: Buffer): PortOptions {
  const attributes = decodeAttributes(data);
  const flags = Object.entries(FLAGS).flatMap(([name, type]) => {
    const value = attributes.get(type);
    return value ? [[name, value[0] === 1] as const] : [];
  });
  const state = STATES[attributes.get(IFLA_BRPORT_STATE)?.[0] ?? -1];
  const priority = attributes.get(IFLA_BRPORT_PRIORITY)?.readUInt16LE(0);
  const cost = attributes.get(IFLA_BRPORT_COST)?.readUInt32LE(0);
  return {
    ...Object.fromEntries(flags),
    ...(state === undefined ? {} : { state }),
    ...(priority === undefined ? {} : { priority }),
    ...(cost === undefined ? {} : { cost }),
  };
}

/** A setting in the words of `bridge link set`: `mcast_flood off`. */
export function portWord([key, value]: [string, unknown]): string {
  const word = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `${word} ${typeof value === 'boolean' ? (value ? 'on' : 'off') : value}`;
}
