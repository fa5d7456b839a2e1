import type { DeviceNumbers } from '../kernel/uevents.ts';
import { checkOneOf, checkOptions, UsageError } from '../kernel/validate.ts';
import { ipLink } from '../netlink/link.ts';
import type { Causes } from '../netlink/request.ts';
import { Child } from './child.ts';
import {
  checkInterfaceChange,
  INTERFACE_CHANGES,
  type Interface,
  type InterfaceChange,
  type InterfaceOrigin,
} from './interface.ts';
import { IPVLAN_FLAGS, IPVLAN_MODES, type IpvlanFlag, type IpvlanMode, ipvlanKind } from './ipvlan-attributes.ts';
import { openTapQueue, type TapOptions, type TapQueue } from './tap-queue.ts';

/** Live changes of an ipvlan. */
export interface IpvlanChange extends Omit<InterfaceChange, 'mac'> {
  /** Of all ipvlans on the parent: the kernel keeps one mode a parent (`ipvlan_set_port_mode`). */
  mode?: IpvlanMode;
  /** Of all ipvlans on the parent, too. */
  flag?: IpvlanFlag;
}

/** An ipvlan interface: further IP addresses, in a namespace of their own, behind the one MAC address of the parent. */
export class Ipvlan extends Child<Interface> {
  constructor(origin: InterfaceOrigin, parent: Interface) {
    // On top of an ipvlan the kernel takes the device below that one (ipvlan_link_new).
    super(origin, parent instanceof Ipvlan ? parent.parent : parent);
  }

  /** The mode that the kernel has the parent's port in now. */
  get mode(): IpvlanMode {
    return this.known('mode', IPVLAN_MODES, ipvlanKind.of(this.state()).mode);
  }

  /** `bridge`, `private` or `vepa`: the port's, as the mode is. */
  get flag(): IpvlanFlag {
    return this.known('flag', IPVLAN_FLAGS, ipvlanKind.of(this.state()).flag);
  }

  /**
   * Mode and flag change for every ipvlan on the parent.
   *
   * @throws KernelError when the kernel refuses
   * @example i1.set({ mode: 'l3', flag: 'vepa' })
   */
  override set(options: IpvlanChange): this {
    return super.set(options);
  }

  protected override apply(options: IpvlanChange): this {
    this.checkAlive('set');
    const call = `${this}.set`;
    refuseMac(call, options, this.parent);
    checkOptions(call, options, [...INTERFACE_CHANGES.filter((option) => option !== 'mac'), 'mode', 'flag']);
    const { mode, flag, ...change } = options;
    checkInterfaceChange(call, change);
    checkIpvlanSettings(call, { mode, flag });
    if (mode !== undefined || flag !== undefined) this.#setPort({ mode, flag });
    if (Object.keys(change).length > 0) super.apply(change);
    return this;
  }

  protected override changeCauses(): Causes {
    const { EEXIST, EBUSY } = super.changeCauses();
    return { EEXIST, EBUSY };
  }

  #setPort({ mode, flag }: { mode: IpvlanMode | undefined; flag: IpvlanFlag | undefined }): void {
    const kind = this.kind === 'ipvtap' ? 'ipvtap' : 'ipvlan';
    const causes = { EOPNOTSUPP: 'mode l3s needs CONFIG_IPVLAN_L3S' };
    // The flag stands for both bits (ipvlan_nl_changelink), the mode for itself.
    const change = { index: this.index, ...ipvlanKind.as(kind, { mode, flag }) };
    this.namespace.rtnetlink.change(ipLink.change(change, causes));
  }
}

/** An ipvlan with a character device, at which a virtual machine reads and writes frames. */
export class Ipvtap extends Ipvlan {
  readonly #numbers: DeviceNumbers | undefined;
  readonly #queues = new Set<TapQueue>();

  constructor(origin: InterfaceOrigin, parent: Interface, numbers: DeviceNumbers | undefined) {
    super(origin, parent);
    this.#numbers = numbers;
  }

  /** The queues that are open: what the device receives goes to them, and its namespace's own stack gets nothing. */
  get queues(): readonly TapQueue[] {
    return [...this.#queues].filter(({ closed }) => !closed);
  }

  /**
   * Opens the character device, to play the virtual machine. It is sent what is for the addresses that the *interface*
   * has: give it those of the machine.
   *
   * @throws KernelError `EPERM` in a user namespace: device nodes are the host's alone
   */
  open(options: TapOptions = {}): TapQueue {
    const queue = openTapQueue(this, this.#numbers, options);
    this.#queues.add(queue);
    return queue;
  }
}

/** `ipvlan_link_new` gives every child the address of its parent, and there is no `ndo_set_mac_address`. */
export function refuseMac(call: string, options: unknown, parent: Interface): void {
  if (typeof options !== 'object' || options === null || !('mac' in options)) return;
  throw new UsageError(`${call}: mac cannot be chosen: an ipvlan has its parent's MAC address (${parent.mac})`);
}

export function checkIpvlanSettings(call: string, { mode, flag }: { mode?: unknown; flag?: unknown }): void {
  if (mode !== undefined) checkOneOf(call, 'mode', mode, IPVLAN_MODES);
  if (flag !== undefined) checkOneOf(call, 'flag', flag, IPVLAN_FLAGS);
}
