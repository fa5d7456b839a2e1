import { inspect } from 'node:util';
import { KernelError } from '../kernel/kernel-error.ts';
import { checkBoolean, checkInterfaceName, checkMac, checkMtu, checkOptions, UsageError } from '../kernel/validate.ts';
import { visible } from '../kernel/visible-text.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import type { Causes } from '../netlink/request.ts';
import { AddressList } from './address-list.ts';
import type { Bridge } from './bridge.ts';
import { checkOpen } from './ended.ts';
import type { Namespace } from './namespace.ts';
import type { Segment } from './segment.ts';
import { settle } from './settle.ts';
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
}

export const INTERFACE_CHANGES = ['up', 'mtu', 'mac', 'promiscuous', 'name'] as const;

/** A network device of a lab. */
export class Interface {
  readonly namespace: Namespace;
  readonly index: number;
  /** `veth`, `macvlan` …, as `ip -d link` shows it. */
  readonly kind: string;
  readonly segment: Segment | undefined;
  readonly address: AddressList;
  /** The other end, where the device is one end of a cable. */
  peer: Interface | undefined;
  /** The bridge of a host that it is a port of, whatever kind of link it is; other software made that bridge. */
  bridge: Bridge | undefined;
  /** Devices on top of this one, wherever they are: macvlans, ipvlans, vlans, or the bridge that it is a port of. */
  readonly children = new Set<Interface>();
  #name: string;
  #mac: string;
  #deleted = false;

  constructor({ namespace, index, name, mac, kind, segment }: InterfaceOrigin) {
    this.namespace = namespace;
    this.index = index;
    this.kind = kind;
    this.segment = segment;
    this.#name = name;
    this.#mac = mac;
    this.address = new AddressList(this);
  }

  get name(): string {
    return this.#name;
  }

  get mac(): string {
    return this.#mac;
  }

  /** Whether it is a port of a bridge: of a switch, or of a host's. */
  get isPort(): boolean {
    return this.bridge !== undefined;
  }

  /** Whether it, or what it hangs on, has been deleted. */
  get deleted(): boolean {
    return this.#deleted;
  }

  /**
   * Changes a live interface, as `ip link set` does. When it returns, the change has reached the carriers of whatever
   * hangs on the interface.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel refuses
   * @example port.set({ up: false })
   */
  set(options: InterfaceChange): this {
    return change(
      () => `${this}.set(${words(options)})`,
      () => this.apply(options),
      this,
    );
  }

  protected apply(change: InterfaceChange): this {
    this.checkAlive('set');
    const call = `${this}.set`;
    checkOptions(call, change, INTERFACE_CHANGES);
    checkInterfaceChange(call, change);
    this.namespace.rtnetlink.change(ipLink.change({ ...change, index: this.index }, this.changeCauses()));
    this.#name = change.name ?? this.#name;
    if (change.mac !== undefined) for (const device of this.sharingMac()) device.#mac = device.state().mac;
    if (change.up !== undefined) settle(this);
    return this;
  }

  /** Deletes the device; a cable's other end and the children on top go with it. A second call does nothing. */
  delete(): void {
    if (this.#deleted) return;
    checkOpen(`${this}.delete`, this.namespace.lab);
    change(
      () => `${this}.delete()`,
      () => this.remove(),
      undefined,
    );
  }

  /** Deletes the device, whoever looks on, and when the lab is being closed, too: for what hairpin itself undoes. */
  remove(): void {
    if (this.#deleted) return;
    this.namespace.rtnetlink.change(ipLink.delete({ index: this.index }));
    this.#forget();
  }

  /** What the kernel says of the device now. @throws KernelError `ENODEV` when other software has deleted or moved it */
  state(): LinkState {
    this.checkAlive('state');
    watcher()?.asked();
    try {
      return this.namespace.rtnetlink.get(ipLink.get({ index: this.index }));
    } catch (error) {
      if (isGone(error)) this.vanished();
      throw error;
    }
  }

  /**
   * As {@link state}, for whoever can go on without the device: other software may delete it at any moment.
   *
   * @returns undefined when it is gone
   *
   * @internal
   */
  stateIfThere(): LinkState | undefined {
    if (this.#deleted) return undefined;
    try {
      return this.state();
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /**
   * Takes over what other software has changed: a name, a MAC address.
   *
   * @internal
   */
  refresh({ name, mac }: Pick<LinkState, 'name' | 'mac'>): void {
    this.#name = name;
    this.#mac = mac;
  }

  /**
   * Notes that the kernel has no such device here any more: other software has deleted or moved it.
   *
   * @internal
   */
  vanished(): void {
    if (this.#deleted) return;
    this.#deleted = true;
    this.namespace.forget(this);
    if (this.peer) this.peer.peer = undefined;
    this.peer = undefined;
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

  /** The devices whose MAC address may have changed with this one's: some children have their parent's. */
  protected sharingMac(): Interface[] {
    const children = [...this.children].filter((child) => !child.deleted);
    return [this, ...children.flatMap((child) => Interface.prototype.sharingMac.call(child))];
  }

  /** The usual causes of a refused change, by errno. */
  protected changeCauses(): Causes {
    return {
      EADDRINUSE: 'another macvlan of the same parent, or the parent itself, has this MAC address (macvlan_addr_busy)',
      EINVAL: "a macvlan's MTU may not be larger than its parent's (macvlan_change_mtu)",
      EEXIST: `${this.namespace.name} has an interface of this name already`,
      EBUSY: 'before Linux 6.2 only a device that is down can be renamed (dev_change_name): set({ up: false }) first',
    };
  }

  /**
   * @throws UsageError when the lab has ended, or the interface been deleted; `method` is what was called on it
   *
   * @internal
   */
  checkAlive(method: string): void {
    checkOpen(`${this}.${method}`, this.namespace.lab);
    if (this.#deleted) throw new UsageError(`${this}.${method}: the interface has been deleted`);
  }

  /** What becomes of it when a device below it is deleted: it goes, too. */
  protected lowerDeleted(): void {
    this.#forget();
  }

  #forget(): void {
    if (this.#deleted) return;
    this.#deleted = true;
    this.namespace.forget(this);
    if (this.peer) this.peer.#forget();
    for (const child of this.children) child.lowerDeleted();
  }
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

/** Of what a new device has off, what is to be on. */
export function turnedOn<T extends Record<string, boolean | undefined>>(switches: T): { [K in keyof T]?: true } {
  return Object.fromEntries(Object.entries(switches).filter(([, on]) => on)) as { [K in keyof T]?: true };
}
