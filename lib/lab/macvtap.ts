import type { DeviceNumbers } from '../kernel/uevents.ts';
import type { Interface, InterfaceOrigin } from './interface.ts';
import { Macvlan } from './macvlan.ts';
import { openTapQueue, type TapOptions, type TapQueue } from './tap-queue.ts';
import type { Uplink } from './uplink.ts';

/**
 * A macvlan with a character device, at which a virtual machine reads and writes frames. While nobody has that open, it
 * is a macvlan like any other (`tap_handle_frame` passes frames on).
 */
export class Macvtap extends Macvlan {
  readonly #numbers: DeviceNumbers | undefined;
  readonly #queues = new Set<TapQueue>();

  constructor(origin: InterfaceOrigin, parent: Interface | Uplink, numbers: DeviceNumbers | undefined) {
    super(origin, parent);
    this.#numbers = numbers;
  }

  /** The queues that are open: what the device receives goes to them, and its namespace's own stack gets nothing. */
  get queues(): readonly TapQueue[] {
    return [...this.#queues].filter(({ closed }) => !closed);
  }

  /**
   * Opens the character device, to play the virtual machine.
   *
   * @throws KernelError `EPERM` in a user namespace: device nodes are the host's alone
   * @example
   * const vm = ns1.macvtap({ parent: up0, mode: 'bridge', address: false }).open();
   * vm.write(frame);
   * const answer = await vm.read();
   */
  open(options: TapOptions = {}): TapQueue {
    const queue = openTapQueue(this, this.#numbers, options);
    this.#queues.add(queue);
    return queue;
  }
}
