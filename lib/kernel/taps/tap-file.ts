import { u32 } from '../bytes.ts';
import { now } from '../clock.ts';
import { KernelError } from '../kernel-error.ts';
import * as libc from '../libc.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { Readiness } from '../sockets/readiness.ts';
import { type DeviceNode, openCharacterDevice } from './character-device.ts';
import { attachTun, checkedIoctl, type TunFlags } from './tun-device.ts';

// linux/if_tun.h
const TUNSETOFFLOAD = 0x400454d0;
const TUNSETVNETHDRSZ = 0x400454d8;

/** The longest segment (64 KiB) that a program may leave to the kernel, behind a virtio header. */
const buffer = Buffer.alloc(65536 + 64);

/** One open queue of a macvtap or ipvtap (`struct tap_queue`), or of a tun or tap (`struct tun_file`). */
export class TapFile {
  readonly fd: number;
  readonly #readable: Readiness;
  #closed = false;

  constructor(namespace: NetNamespace, node: DeviceNode) {
    this.fd = openCharacterDevice(namespace, node);
    this.#readable = new Readiness(this.fd, 'readable');
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Attaches it to the device of that name. Checksums and segmentation stay the kernel's, until a program says that it does them
   * (`TUNSETOFFLOAD`).
   *
   * @param header how long the `struct virtio_net_hdr` before each frame is; 0 for none
   */
  attach(name: string, flags: TunFlags, header: number): void {
    attachTun(this.fd, name, { ...flags, vnetHdr: header > 0 });
    if (header === 0) return;
    checkedIoctl(this.fd, 'TUNSETVNETHDRSZ', TUNSETVNETHDRSZ, u32(header));
    // The argument is the set of features itself: none.
    checkedIoctl(this.fd, 'TUNSETOFFLOAD', TUNSETOFFLOAD, 0);
  }

  /** The next frame, as soon as it is there; undefined when the time is over or the file is closed. */
  async read(milliseconds: number): Promise<Buffer | undefined> {
    const deadline = now() + milliseconds;
    // First the event loop (uv_poll makes the descriptor non-blocking), then the read.
    while (!this.#closed && (await this.#readable.wait(Math.max(0, deadline - now())))) {
      if (this.#closed) return undefined;
      const length = libc.read(this.fd, buffer, buffer.length);
      if (length >= 0) return Buffer.from(buffer.subarray(0, length));
      const errno = libc.lastErrno();
      // Another reader was faster, or a signal.
      if (!['EAGAIN', 'EINTR'].includes(libc.errnoName(errno))) throw new KernelError({ operation: 'read', errno });
    }
    return undefined;
  }

  /** 0, or the errno. */
  write(bytes: Uint8Array): number {
    return libc.write(this.fd, bytes, bytes.length) < 0 ? libc.lastErrno() : 0;
  }

  /** Whoever waits is told undefined. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#readable.close();
    libc.close(this.fd);
  }
}
