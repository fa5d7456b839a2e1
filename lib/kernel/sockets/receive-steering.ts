import { checked } from '../checked.ts';
import { O_CLOEXEC, O_WRONLY } from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import { close, openat, write } from '../libc.ts';
import { openDetachedFolder } from '../namespaces/detached-folder.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { closeOfThread, ofThread } from '../threads/thread-descriptor.ts';

/** In a sysfs of the namespace: the processors among which the packets of its loopback are shared out. */
const PROCESSORS = 'class/net/lo/queues/rx-0/rps_cpus';

/**
 * Chooses the processor that handles what is sent over the loopback of a namespace, wherever the sender runs: the kernel puts the packet into
 * the backlog of that processor (`get_rps_cpu`, `enqueue_to_backlog`), and interrupts it (`net_rps_send_ipi`). Packets of other devices stay
 * where they were sent.
 */
export class ReceiveSteering implements Disposable {
  #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Without steering for an ordinary user (`store_rps_map` asks for CAP_NET_ADMIN of the host), before Linux 5.2 (`fsopen`), and without
   * CONFIG_RPS.
   */
  static open(namespace: NetNamespace): ReceiveSteering {
    try {
      return new ReceiveSteering(namespace.run(openProcessors));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return new ReceiveSteering(-1);
    }
  }

  /** Whether the kernel does not steer, or {@link close} has been called. */
  get closed(): boolean {
    return this.#fd < 0;
  }

  /** Has one processor handle what is sent from now on; false where the kernel does not, as for one that is isolated (`isolcpus`). */
  to(processor: number): boolean {
    const mask = Buffer.from(maskOf(processor));
    return write(this.#fd, mask, mask.length) === mask.length;
  }

  /** Lets go of the steering, which stays as it is as long as the namespace. A second call does nothing. */
  close(): void {
    if (this.#fd >= 0) closeOfThread(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function openProcessors(): number {
  const sysfs = openDetachedFolder('sysfs');
  try {
    return ofThread(checked(`openat(${PROCESSORS})`, openat(sysfs, PROCESSORS, O_WRONLY | O_CLOEXEC, 0)));
  } finally {
    close(sysfs);
  }
}

/** As `bitmap_parse` reads it: hexadecimal, with a comma before each 32 bits. */
function maskOf(processor: number): string {
  return (2 ** (processor % 32)).toString(16) + ',00000000'.repeat(Math.floor(processor / 32));
}
