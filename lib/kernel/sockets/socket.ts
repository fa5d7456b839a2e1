import { unlessCode } from '../../base/has-code.ts';
import { s32 } from '../bytes.ts';
import { checked } from '../checked.ts';
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_ERROR,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import * as libc from '../libc.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { whyRefused } from '../namespaces/why-no-namespaces.ts';
import { closeOfThread, ofThread } from '../threads/thread-descriptor.ts';
import { registerOwnSocket } from './foreign-sockets.ts';
import { Readiness, socketClosed } from './readiness.ts';
import { nothingToReceive } from './receive-errno.ts';
import { SOCKADDR_MAX } from './socket-address.ts';

const DOMAINS: Record<number, string> = {
  [AF_UNIX]: 'AF_UNIX',
  [AF_INET]: 'AF_INET',
  [AF_INET6]: 'AF_INET6',
  [AF_NETLINK]: 'AF_NETLINK',
  [AF_PACKET]: 'AF_PACKET',
};

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
  readonly #domain: number;
  readonly #unregister: () => void;
  #writable: Readiness | undefined;

  private constructor(fd: number, namespace: NetNamespace, domain: number, type: number) {
    this.#fd = ofThread(fd);
    this.#readable = new Readiness(this.#fd, 'readable');
    this.#domain = domain;
    this.#unregister = registerOwnSocket(namespace, { fd: this.#fd, domain, type });
  }

  /** @throws KernelError `EPERM` for a raw or packet socket without `CAP_NET_RAW` */
  static open(namespace: NetNamespace, domain: number, type: number, protocol: number): Socket {
    return namespace.run(() => {
      const fd = libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
      if (fd < 0) throw whyNoSocket(`socket(${DOMAINS[domain]}, ${type}, ${protocol})`, libc.lastErrno());
      return new Socket(fd, namespace, domain, type);
    });
  }

  /** @throws Error after {@link close} */
  get fd(): number {
    if (this.#fd < 0) throw socketClosed();
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

  /** @throws KernelError when the kernel refuses */
  setOption(level: number, name: number, value: Uint8Array): void {
    checked(`setsockopt(${level}, ${name})`, libc.setsockopt(this.#fd, level, name, value, value.length));
  }

  /**
   * Makes room for what has not been received yet: so many bytes, but without CAP_NET_ADMIN in the host `net.core.rmem_max` at most
   * (`sk_setsockopt`).
   *
   * @throws KernelError when the kernel refuses
   */
  enlargeReceiveBuffer(bytes: number): void {
    this.setOption(SOL_SOCKET, SO_RCVBUF, s32(bytes));
    unlessCode(['EPERM'], () => this.setOption(SOL_SOCKET, SO_RCVBUFFORCE, s32(bytes)));
  }

  /** An option's value, which fills the buffer. @throws KernelError when the kernel refuses */
  getOption(level: number, name: number, value: Uint8Array | Int32Array): void {
    const length = Uint32Array.of(value.byteLength);
    checked(`getsockopt(${level}, ${name})`, libc.getsockopt(this.#fd, level, name, value, length));
  }

  /** How a TCP connection is getting on: made, under way, or the errno that ended it. */
  connection(): 'connected' | 'connecting' | number {
    const address = Buffer.alloc(SOCKADDR_MAX);
    const errno = errnoOf(libc.getpeername(this.#fd, address, new Uint32Array([SOCKADDR_MAX])));
    if (errno === 0) return 'connected';
    // Only this says that there is no peer yet (inet_getname).
    if (libc.errnoName(errno) !== 'ENOTCONN') throw new KernelError({ operation: 'getpeername', errno });
    const error = new Int32Array(1);
    this.getOption(SOL_SOCKET, SO_ERROR, error);
    return error[0] || 'connecting';
  }

  /** The address that the socket is bound to, as a raw `sockaddr`. */
  localAddress(): Buffer {
    const address = Buffer.alloc(SOCKADDR_MAX);
    checked('getsockname', libc.getsockname(this.#fd, address, new Uint32Array([SOCKADDR_MAX])));
    return address;
  }

  /** 0, or the errno. */
  send(data: Uint8Array, to?: Uint8Array): number {
    return errnoOf(libc.sendto(this.#fd, data, data.length, MSG_NOSIGNAL, to ?? null, to?.length ?? 0));
  }

  /**
   * The next datagram that is there already; undefined when there is none.
   *
   * @throws KernelError when that cannot be known (`ENOMEM`, or `ENOBUFS` where datagrams were lost); Error after {@link close}
   */
  receive(): Received | undefined {
    const { fd } = this;
    for (;;) {
      fromLength[0] = SOCKADDR_MAX;
      const length = libc.recvfrom(fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT, fromBuffer, fromLength);
      if (length >= 0) return { data: Buffer.from(receiveBuffer.subarray(0, length)), from: Buffer.from(fromBuffer) };
      if (nothingToReceive('recvfrom', libc.lastErrno())) return undefined;
    }
  }

  /** True once the socket can be read or has an error; false after so many milliseconds. */
  readable(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    return this.#readable.wait(milliseconds, signal);
  }

  /** True once the socket can be written, which for TCP means: connected, or failed. */
  writable(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    this.#writable ??= new Readiness(this.#fd, 'writable');
    return this.#writable.wait(milliseconds, signal);
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

function whyNoSocket(operation: string, errno: number): KernelError {
  const code = libc.errnoName(errno);
  return new KernelError({ operation, errno, cause: code === 'EPERM' ? whyRefused('packet socket', code) : undefined });
}

function errnoOf(result: number): number {
  return result < 0 ? libc.lastErrno() : 0;
}
