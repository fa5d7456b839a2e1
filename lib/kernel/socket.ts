import {
  AF_PACKET,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from './constants.ts';
import { registerOwnSocket } from './foreign-sockets.ts';
import { KernelError } from './kernel-error.ts';
import * as libc from './libc.ts';
import type { NetNamespace } from './net-namespace.ts';
import { Readiness } from './readiness.ts';
import { SOCKADDR_MAX } from './socket-address.ts';
import { closeOfThread, ofThread } from './thread-descriptor.ts';

/** A datagram, and where it came from as a raw `sockaddr`. */
export interface Received {
  data: Buffer;
  from: Buffer;
}

// 64 KiB is the longest IP packet; a frame of it is a few bytes longer.
const receiveBuffer = Buffer.alloc(65536 + 64);
const fromBuffer = Buffer.alloc(SOCKADDR_MAX);
const fromLength = new Uint32Array(1);

/**
 * A non-blocking socket inside a namespace. It stays there whatever the thread does later. What a probe has to tell
 * apart (a refusal, no route) comes back as an errno; only what must not happen throws.
 */
export class Socket implements Disposable {
  #fd: number;
  readonly #readable: Readiness;
  readonly #namespace: NetNamespace;
  readonly #domain: number;
  readonly #type: number;
  readonly #unregister: () => void;
  #writable: Readiness | undefined;

  private constructor(fd: number, namespace: NetNamespace, domain: number, type: number) {
    this.#fd = ofThread(fd);
    this.#readable = new Readiness(this.#fd, 'readable');
    this.#namespace = namespace;
    this.#domain = domain;
    this.#type = type;
    this.#unregister = registerOwnSocket(namespace, { fd: this.#fd, domain, type });
  }

  /** @throws KernelError `EPERM` for a raw or packet socket without `CAP_NET_RAW` */
  static open(namespace: NetNamespace, domain: number, type: number, protocol: number): Socket {
    return namespace.run(() => {
      const fd = libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
      if (fd < 0)
        throw new KernelError({ operation: `socket(${domain}, ${type}, ${protocol})`, errno: libc.lastErrno() });
      return new Socket(fd, namespace, domain, type);
    });
  }

  get fd(): number {
    return this.#fd;
  }

  /** 0, or the errno. */
  bind(address: Uint8Array): number {
    return errnoOf(libc.bind(this.#fd, address, address.length));
  }

  /** 0, or the errno; `EINPROGRESS` for TCP. */
  connect(address: Uint8Array): number {
    return errnoOf(libc.connect(this.#fd, address, address.length));
  }

  listen(): number {
    return errnoOf(libc.listen(this.#fd, 128));
  }

  /** The next connection that was made to this listener, if any. */
  accept(): Socket | undefined {
    const fd = libc.accept4(this.#fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return fd < 0 ? undefined : new Socket(fd, this.#namespace, this.#domain, this.#type);
  }

  setOption(level: number, name: number, value: Uint8Array): void {
    if (libc.setsockopt(this.#fd, level, name, value, value.length) === 0) return;
    throw new KernelError({ operation: `setsockopt(${level}, ${name})`, errno: libc.lastErrno() });
  }

  /** As {@link setOption}, for what the kernel may refuse without harm: whether it took it. */
  trySetOption(level: number, name: number, value: Uint8Array): boolean {
    return libc.setsockopt(this.#fd, level, name, value, value.length) === 0;
  }

  /** How a TCP connection is getting on: made, under way, or the errno that ended it. */
  connection(): 'connected' | 'connecting' | number {
    const address = Buffer.alloc(SOCKADDR_MAX);
    if (libc.getpeername(this.#fd, address, new Uint32Array([SOCKADDR_MAX])) === 0) return 'connected';
    const error = new Int32Array(1);
    libc.getsockopt(this.#fd, SOL_SOCKET, SO_ERROR, error, new Uint32Array([4]));
    return error[0] || 'connecting';
  }

  /** The address that the socket is bound to, as a raw `sockaddr`. */
  localAddress(): Buffer {
    const address = Buffer.alloc(SOCKADDR_MAX);
    libc.getsockname(this.#fd, address, new Uint32Array([SOCKADDR_MAX]));
    return address;
  }

  /** 0, or the errno. */
  send(data: Uint8Array, to?: Uint8Array): number {
    return errnoOf(libc.sendto(this.#fd, data, data.length, MSG_NOSIGNAL, to ?? null, to?.length ?? 0));
  }

  /** The next datagram that is there already; undefined when there is none (a pending error is skipped). */
  receive(): Received | undefined {
    fromLength[0] = SOCKADDR_MAX;
    const length = libc.recvfrom(this.#fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT, fromBuffer, fromLength);
    if (length < 0) return undefined;
    return { data: Buffer.from(receiveBuffer.subarray(0, length)), from: Buffer.from(fromBuffer) };
  }

  /** True once the socket can be read or has an error; false after so many milliseconds. */
  readable(milliseconds: number): Promise<boolean> {
    return this.#readable.wait(milliseconds);
  }

  /** True once the socket can be written, which for TCP means: connected, or failed. */
  writable(milliseconds: number): Promise<boolean> {
    this.#writable ??= new Readiness(this.#fd, 'writable');
    return this.#writable.wait(milliseconds);
  }

  /** Whoever waits is told false at once. */
  stopWaiting(): void {
    this.#readable.stop();
    this.#writable?.stop();
  }

  /** Closes the socket; who waits on it is told false. A second call does nothing. */
  close(): void {
    if (this.#fd < 0) return;
    this.#readable.close();
    this.#writable?.close();
    this.#unregister();
    // packet_release waits for an RCU grace period (synchronize_net), some 10 ms: not on this thread.
    closeOfThread(this.#fd, { slowly: this.#domain === AF_PACKET });
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function errnoOf(result: number): number {
  return result < 0 ? libc.lastErrno() : 0;
}
