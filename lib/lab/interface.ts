import { inspect } from 'node:util';
import { KernelError } from '../kernel/kernel-error.ts';
import type { DeviceNumbers } from '../kernel/uevents.ts';
import { checkBoolean, checkInterfaceName, checkMac, checkMtu, checkOptions, UsageError } from '../kernel/validate.ts';
import { visible } from '../kernel/visible-text.ts';
import { checkPortOptions, PORT_OPTIONS, type PortOptions, portSettings } from '../links/bridge-port.ts';
import { kindOf, settingsOf } from '../links/registry.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import type { Causes } from '../netlink/request.ts';
import { AddressList } from './address-list.ts';
import type { Bridge } from './bridge.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engine.ts';
import { checkAlive } from './interface-state.ts';
import type { Namespace } from './namespace.ts';
import { changePort } from './port.ts';
import type { Segment } from './segment.ts';
import { settle } from './settle.ts';
import type { Uplink } from './uplink.ts';
import { change, watcher, words } from './watcher.ts';

/** Live changes that every interface takes, in the words of `ip link set`. */
export interface InterfaceChange {
  up?: boolean;
  mtu?: number;
  mac?: string;
  /** `promisc on`: counts once, whatever its children ask of it. */
  promiscuous?: boolean;
  name?: string;
}

/** What an interface is made from; for the methods that make them. */
export interface InterfaceOrigin {
  namespace: Namespace;
  index: number;
  name: string;
  mac: string;
  kind: string;
  segment: Segment | undefined;
  /** The device below. */
  parent?: Interface | Uplink | undefined;
  /** Those of its character device, where it has one. */
  numbers?: DeviceNumbers | undefined;
}

export const INTERFACE_CHANGES = ['up', 'mtu', 'mac', 'promiscuous', 'name'] as const;

/** Takes over what other software has changed: a name, a MAC address. */
export let refresh: (device: Interface, link: Pick<LinkState, 'name' | 'mac'>) => void;

/** Notes that the kernel has no such device here any more: other software has deleted or moved it. */
export let noteGone: (device: Interface) => void;

/** A network device of a lab. */
export class Interface {
  readonly namespace: Namespace;
  readonly index: number;
  /** `veth`, `macvlan` …, as `ip -d link` shows it. */
  readonly kind: string;
  readonly segment: Segment | undefined;
  readonly address: AddressList;
  /** The device below, in whatever namespace of the lab; of a macvlan perhaps a real NIC, which is not of the lab. */
  readonly parent: Interface | Uplink | undefined;
  /** The other end, where the device is one end of a cable. */
  peer: Interface | undefined;
  /** The bridge of a host that it is a port of, whatever kind of link it is; other software made that bridge. */
  bridge: Bridge | undefined;
  /** Devices on top of this one, wherever they are: macvlans, ipvlans, vlans, or the bridge that it is a port of. */
  readonly children = new Set<Interface>();
  #name: string;
  #mac: string;
  #deleted = false;

  constructor({ namespace, index, name, mac, kind, segment, parent }: InterfaceOrigin) {
    this.namespace = namespace;
    this.index = index;
    this.kind = kind;
    this.segment = segment;
    this.#name = name;
    this.#mac = mac;
    this.address = new AddressList(this);
    this.parent = parent;
    parent?.children.add(this);
  }

  get name(): string {
    return this.#name;
  }

  get mac(): string {
    return this.#mac;
  }

  /** Whether it is a port of a bridge: of a switch, or of a host's. The kernel can change that at any time. */
  get isPort(): boolean {
    return ports.has(this);
  }

  /** Whether it, or what it hangs on, has been deleted. */
  get deleted(): boolean {
    return this.#deleted;
  }

  /** What the kernel has set of its kind now, and of it as a bridge's port. */
  get settings(): object {
    checkAlive(this, 'settings');
    watcher()?.asked();
    const link = this.#link();
    return { ...settingsOf(link), ...portSettings(link) };
  }

  /**
   * Changes a live interface, as `ip link set` does, and `bridge link set` where it is a port. When it returns, the change has
   * reached the carriers of whatever hangs on the interface.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example port.set({ up: false })
   */
  set(options: InterfaceChange): this {
    change(
      () => `${this}.set(${words(options)})`,
      () => this.#set(options),
      undefined,
    );
    return this;
  }

  #set(options: InterfaceChange): void {
    checkAlive(this, 'set');
    const call = `${this}.set`;
    const kind = kindOf(this);
    const fixed = kind?.fixedMac({});
    if (fixed && this.parent) refuseMac(call, options, fixed, this.parent);
    const ofDevice = INTERFACE_CHANGES.filter((option) => option !== 'mac' || !fixed);
    const ofPort = this.isPort ? PORT_OPTIONS : [];
    const ofKind = kind?.liveOptions ?? [];
    checkOptions(call, options, [...ofPort, ...ofDevice, ...ofKind]);
    checkPortOptions(call, options as PortOptions);
    checkInterfaceChange(call, options);
    kind?.checkChange(call, pick(options, ofKind), () => kind.of(this.state()));
    const settings = pick(options, ofKind);
    if (kind && Object.values(settings).some((value) => value !== undefined)) {
      const unchanged = kind.description.changesWhole ? kind.of(this.state()) : {};
      const link = { index: this.index, ...kind.as({ ...unchanged, ...settings }) };
      engineOf(this.namespace).rtnetlink.change(ipLink.change(link, kind.description.causes?.settings));
    }
    const parts = { ofPort: pick(options, ofPort) as PortOptions, ofDevice: pick(options, ofDevice) };
    if (this.isPort) changePort(this, { ...parts, change: (device) => this.#change(device) });
    else if (Object.keys(parts.ofDevice).length > 0) this.#change(parts.ofDevice);
  }

  #change(change: InterfaceChange): void {
    engineOf(this.namespace).rtnetlink.change(ipLink.change({ ...change, index: this.index }, this.#changeCauses()));
    this.#name = change.name ?? this.#name;
    if (change.mac !== undefined) for (const device of this.#sharingMac()) device.#mac = device.state().mac;
    if (change.up !== undefined) settle(this);
  }

  /** Deletes the device; a cable's other end and the children on top go with it. A second call does nothing. */
  delete(): void {
    if (this.#deleted) return;
    checkLabOpen(`${this}.delete`, this.namespace.lab);
    change(
      () => `${this}.delete()`,
      () => this.remove(),
      undefined,
    );
  }

  /** Deletes the device, whoever looks on, and when the lab is being closed, too: for what hairpin itself undoes. */
  remove(): void {
    if (this.#deleted) return;
    engineOf(this.namespace).rtnetlink.change(ipLink.delete({ index: this.index }));
    this.#forget();
  }

  /** What the kernel says of the device now. @throws KernelError `ENODEV` when other software has deleted or moved it */
  state(): LinkState {
    checkAlive(this, 'state');
    watcher()?.asked();
    return this.#link();
  }

  #link(): LinkState {
    try {
      return engineOf(this.namespace).rtnetlink.get(ipLink.get({ index: this.index }));
    } catch (error) {
      if (isGone(error)) this.#vanish();
      throw error;
    }
  }

  /** As in `ns1/m1`. */
  toString(): string {
    return `${this.namespace.name}/${this.name}`;
  }

  /** A name in differences and JSON, for what is behind it has no end. */
  toJSON(): string {
    return this.toString();
  }

  /** `macvlan ns1/m1`, for `console.log`. */
  [inspect.custom](): string {
    return visible(`${this.kind} ${this}`);
  }

  /** The devices whose MAC address may have changed with this one's: some children have their parent's, and some change it. */
  #sharingMac(): Interface[] {
    const { parent } = this;
    const below = parent instanceof Interface && !parent.deleted ? [parent] : [];
    return [...below, ...this.#withChildren()];
  }

  #withChildren(): Interface[] {
    const children = [...this.children].filter((child) => !child.deleted);
    return [this, ...children.flatMap((child) => child.#withChildren())];
  }

  /** The usual causes of a refused change, by errno. */
  #changeCauses(): Causes {
    return {
      EEXIST: `${this.namespace.name} has an interface of this name already`,
      EBUSY: 'before Linux 6.2 only a device that is down can be renamed (dev_change_name): set({ up: false }) first',
      ...kindOf(this)?.description.causes?.device?.(String(this.parent)),
    };
  }

  #vanish(): void {
    if (this.#deleted) return;
    this.#deleted = true;
    engineOf(this.namespace).devices.remove(this);
    if (this.peer) this.peer.peer = undefined;
    this.peer = undefined;
  }

  static {
    refresh = (device, { name, mac }) => {
      device.#name = name;
      device.#mac = mac;
    };
    noteGone = (device) => device.#vanish();
  }

  #forget(): void {
    if (this.#deleted) return;
    this.#deleted = true;
    engineOf(this.namespace).devices.remove(this);
    if (this.peer) this.peer.#forget();
    // A bridge outlives its ports.
    for (const child of this.children) if (!kindOf(child)?.description.hasPorts) child.#forget();
  }
}

/** The interfaces that are ports of bridges. */
const ports = new WeakSet<Interface>();

/** Notes what the kernel says: whether an interface is a port. */
export function notePort(device: Interface, isPort: boolean): void {
  if (isPort) ports.add(device);
  else ports.delete(device);
}

/** Says why a link has no MAC address of its own; `why` stands before ` has its parent's MAC address`. */
export function refuseMac(call: string, options: unknown, why: string, parent: { mac: string }): void {
  if (typeof options !== 'object' || options === null || !('mac' in options)) return;
  throw new UsageError(`${call}: mac cannot be chosen${why} has its parent's MAC address (${parent.mac})`);
}

function isGone(error: unknown): boolean {
  return error instanceof KernelError && error.code === 'ENODEV';
}

export function checkInterfaceChange(call: string, { up, mtu, mac, promiscuous, name }: InterfaceChange): void {
  checkBoolean(call, 'up', up);
  checkBoolean(call, 'promiscuous', promiscuous);
  checkMtu(call, mtu);
  if (mac !== undefined) checkMac(call, 'mac', mac);
  if (name !== undefined) checkInterfaceName(call, name);
}

/** Only the flags to switch on; all are off on a new device. */
export function turnedOn<T extends Record<string, boolean | undefined>>(switches: T): { [K in keyof T]?: true } {
  return Object.fromEntries(Object.entries(switches).filter(([, on]) => on)) as { [K in keyof T]?: true };
}

function pick<T extends object>(from: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name))) as Partial<T>;
}
