import { u16, u32 } from './bytes.ts';
import { openCharacterDevice } from './character-device.ts';
import { checked } from './checked.ts';
import { now } from './clock.ts';
import { KernelError } from './kernel-error.ts';
import * as libc from './libc.ts';
import type { NetNamespace } from './net-namespace.ts';
import { Readiness } from './readiness.ts';
import type { DeviceNumbers } from './uevents.ts';

// linux/if_tun.h, linux/if.h
const TUNSETIFF = 0x400454ca;
const TUNSETOFFLOAD = 0x400454d0;
const TUNSETVNETHDRSZ = 0x400454d8;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const IFNAMSIZ = 16;
const IFREQ_LENGTH = 40;

/** The longest segment (64 KiB) that a program may leave to the kernel, behind a virtio header. */
const buffer = Buffer.alloc(65536 + 64);

/** One open queue of a macvtap's or ipvtap's character device (`struct tap_queue`). */
export class TapFile {
  readonly fd: number;
  readonly #readable: Readiness;
  #closed = false;

  constructor(namespace: NetNamespace, numbers: DeviceNumbers, published: string) {
    this.fd = openCharacterDevice(namespace, numbers, published);
    this.#readable = new Readiness(this.fd, 'readable');
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Whether a `struct virtio_net_hdr` stands before each frame, and how long it is; 0 for none. Checksums and
   * segmentation stay the kernel's, until a program says that it does them (`TUNSETOFFLOAD`).
   */
  setHeader(length: number): void {
    const request = Buffer.alloc(IFREQ_LENGTH);
    u16(IFF_TAP | IFF_NO_PI | (length > 0 ? IFF_VNET_HDR : 0)).copy(request, IFNAMSIZ);
    this.#ioctl('TUNSETIFF', TUNSETIFF, request);
    if (length === 0) return;
    this.#ioctl('TUNSETVNETHDRSZ', TUNSETVNETHDRSZ, u32(length));
    // The argument is the set of features itself: none.
    this.#ioctl('TUNSETOFFLOAD', TUNSETOFFLOAD, 0);
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

  #ioctl(name: string, request: number, argument: Uint8Array | number): void {
    checked(`ioctl(${name})`, libc.ioctl(this.fd, request, argument));
  }
}
