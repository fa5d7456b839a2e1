import { ResourceStack } from '../base/resource-stack.ts';
import {
  checkBoolean,
  checkMilliseconds,
  checkOptions,
  LONGEST_TIMER,
  show,
  UsageError,
  wrongOption,
} from '../base/validate.ts';
import { now } from '../kernel/clock.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { DeviceNode } from '../kernel/taps/character-device.ts';
import { TapFile } from '../kernel/taps/tap-file.ts';
import type { TunFlags } from '../kernel/taps/tun-device.ts';
import { kindOf } from '../links/registry.ts';
import { completeFrame, VIRTIO_NET_HEADER } from '../wire/virtio-net.ts';
import { engineOf } from './engines/engine.ts';
import { ask } from './engines/watcher.ts';
import type { Interface } from './interface.ts';
import { settle } from './making/settle.ts';

/** How a character device is opened. */
export interface TapOptions {
  /**
   * A `struct virtio_net_hdr` of ten bytes stands before each frame (`IFF_VNET_HDR`), for a program that needs it.
   * {@link TapQueue.read} removes it, and {@link TapQueue.write} adds it. @default false
   */
  vnetHeader?: boolean;
}

/** Which frame to wait for, and how long. */
export interface TapReadOptions {
  /** Milliseconds. @default 1000 */
  within?: number;
  /** Skips frames for which it returns false. @default every frame */
  where?: (frame: Buffer) => boolean;
}

/** The character device, opened. */
interface FrameFile {
  readonly fd: number;
  readonly closed: boolean;
  read(milliseconds: number): Promise<Buffer | undefined>;
  /** Returns the errno; 0 for none. */
  write(bytes: Uint8Array): number;
  close(): void;
}

const WITHIN = 1000;
/** The least that a frame has, and a packet. */
const SMALLEST = { tap: ['an Ethernet header', 14], tun: ['an IPv4 header', 20] } as const;

/**
 * A character device, opened. A macvtap's or ipvtap's is the place of a virtual machine's network card: what the device
 * receives is read here, what is written leaves by it. A tun's or tap's is the other end of a cable: what the device sends is read
 * here, what is written it receives; a tun's frames are IP packets, without an Ethernet header. Either read in Node, or hand it to a
 * program: `ns.exec('qemu-system-x86_64', ['-netdev', 'tap,id=n,fd=3', …], { taps: [queue] })`.
 */
export class TapQueue implements AsyncIterable<Buffer>, Disposable {
  readonly device: Interface;
  readonly vnetHeader: boolean;
  readonly #file: FrameFile;
  readonly #mode: TunFlags['mode'];

  constructor(device: Interface, file: FrameFile, { vnetHeader, mode }: { vnetHeader: boolean; mode: 'tun' | 'tap' }) {
    this.device = device;
    this.vnetHeader = vnetHeader;
    this.#file = file;
    this.#mode = mode;
  }

  /**
   * The descriptor, blocking until something is read in Node. To open it anew by its path (`/dev/fd/3`) makes another
   * queue, with the kernel's defaults.
   */
  get fd(): number {
    return this.#file.fd;
  }

  get closed(): boolean {
    return this.#file.closed;
  }

  /**
   * The next frame, from the Ethernet header on, without FCS.
   *
   * @throws Error when there is none in time, or the queue is closed meanwhile
   * @example const reply = await vm.read({ where: (frame) => frame.readUInt16BE(12) === 0x0806 })
   */
  async read(options: TapReadOptions = {}): Promise<Buffer> {
    const call = `${this.device}: TapQueue.read`;
    checkOptions(call, options, ['within', 'where']);
    checkMilliseconds(call, 'within', options.within);
    if (options.where !== undefined && typeof options.where !== 'function')
      throw wrongOption(call, 'where', 'a function of a frame', options.where);
    const { within = WITHIN, where = () => true } = options;
    const deadline = now() + within;
    let passed = 0;
    for (;;) {
      const frame = await this.#next(Math.max(0, deadline - now()));
      if (frame && where(frame)) return frame;
      if (frame) passed++;
      else if (this.closed) throw new Error(`${call}: the queue was closed, before a frame came`);
      else {
        const others = passed > 0 ? ` (${passed} others did not match)` : '';
        throw new Error(`${call}: no frame within ${within} ms${others}`);
      }
    }
  }

  /**
   * Sends a frame, from the Ethernet header on, without FCS.
   *
   * @throws UsageError when the queue is closed, or the device deleted; KernelError when the kernel refuses: `EIO` of a tun or tap
   * that is down
   */
  write(frame: Uint8Array): void {
    const call = `${this.device}: TapQueue.write`;
    if (this.closed) throw new UsageError(`${call}: the queue is closed`);
    // tap_get_user frees the frame and says nothing.
    if (this.device.deleted) throw new UsageError(`${call}: the interface has been deleted`);
    const [header, smallest] = SMALLEST[this.#mode];
    if (!(frame instanceof Uint8Array) || frame.length < smallest)
      throw new UsageError(
        `${call}: frame must be bytes, of ${header} at least (${smallest}): received ${
          frame instanceof Uint8Array ? `${frame.length} bytes` : show(frame)
        }`,
      );
    const errno = this.#file.write(this.vnetHeader ? Buffer.concat([Buffer.alloc(VIRTIO_NET_HEADER), frame]) : frame);
    if (errno !== 0) throw new KernelError({ operation: `write to the character device of ${this.device}`, errno });
  }

  /** Every frame that arrives, until the queue is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    while (!this.closed) {
      const frame = await this.#next(LONGEST_TIMER);
      if (frame) yield frame;
    }
  }

  /** Closes the device: the namespace's own stack gets the frames again. The lab's end does it, too. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #next(milliseconds: number): Promise<Buffer | undefined> {
    const bytes = await this.#file.read(milliseconds);
    return bytes && this.vnetHeader ? completeFrame(bytes) : bytes;
  }
}

/** Opens a queue of a device; for {@link TapInterface.open}. */
export function openTapQueue(device: Interface, options: TapOptions): TapQueue {
  const call = `${device}.open`;
  // Who opens it asks, and answers, in the place of a machine.
  ask(call, device);
  checkOptions(call, options, ['vnetHeader']);
  checkBoolean(call, 'vnetHeader', options.vnetHeader);
  const { vnetHeader = false } = options;
  const { netns } = engineOf(device.namespace);
  const { node, flags } = nodeOf(call, device);
  using resources = new ResourceStack();
  const file = new TapFile(netns, node);
  // A queue that stays open takes the frames from the namespace's own stack (tap_handle_frame).
  resources.defer(() => file.close());
  file.attach(device.name, flags, vnetHeader ? VIRTIO_NET_HEADER : 0);
  // A tun's carrier comes with its program (tun_attach).
  settle(device);
  resources.move();
  return new TapQueue(device, engineOf(device.namespace.lab).resources.add(file), { vnetHeader, ...flags });
}

/** The device node, and what the kernel is told of the queue. */
function nodeOf(call: string, device: Interface): { node: DeviceNode; flags: TunFlags } {
  const kind = kindOf(device);
  const { characterDevice } = kind?.description ?? {};
  if (kind && typeof characterDevice === 'object')
    return { node: characterDevice.node, flags: characterDevice.queue(kind.of(device.state())) };
  const { numbers } = engineOf(device);
  if (!numbers)
    throw new Error(
      `${call}: the number of its character device is unknown: the kernel reports it only when the device is made (uevent), and hairpin missed that, or other software made ${device}`,
    );
  // macvtap_device_event names it after the ifindex.
  const published = `/dev/tap${device.index}`;
  return { node: { numbers, published, udev: 'SUBSYSTEM=="macvtap|ipvtap"' }, flags: { mode: 'tap' } };
}
