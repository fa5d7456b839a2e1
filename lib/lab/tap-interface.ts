import { kindOf } from '../links/registry.ts';
import { Interface } from './interface.ts';
import { openTapQueue, type TapOptions, type TapQueue } from './tap-queue.ts';

/** A macvtap, ipvtap, tun or tap: a link with a character device, at which a program reads and writes frames. */
export class TapInterface extends Interface {
  readonly #queues = new Set<TapQueue>();

  /**
   * The open queues. They get the frames that a macvtap or ipvtap receives, and its namespace's own stack gets none. A tun or
   * tap has a carrier while a queue is open, and the queues get what its namespace sends by it.
   */
  get queues(): readonly TapQueue[] {
    return [...this.#queues].filter(({ closed }) => !closed);
  }

  /**
   * Opens the character device, to play the virtual machine or the VPN. An ipvtap gets only packets for addresses of the
   * *interface*: give it those of the machine.
   *
   * @throws KernelError `EPERM` in a user namespace: only the host's root may make device nodes. /dev/net/tun is often open to all;
   * `EBUSY` for a second queue without `multiQueue`
   * @example
   * const vm = ns1.macvtap({ parent: up0, mode: 'bridge', address: false }).open();
   * vm.write(frame);
   * const answer = await vm.read();
   */
  open(options: TapOptions = {}): TapQueue {
    const queue = openTapQueue(this, options);
    this.#queues.add(queue);
    return queue;
  }
}

/** Whether an interface is a macvtap or ipvtap: a program that has its character device open gets what it receives. */
export function isTap(device: Interface): device is TapInterface {
  return kindOf(device)?.description.characterDevice === true;
}
