import { type Family, ipToBytes } from '../../wire/ip-address.ts';
import { s32, u16 } from '../bytes.ts';
import { AF_INET, IPPROTO_IGMP, IPPROTO_IP, IPPROTO_IPV6, SOCK_RAW } from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNet } from '../tables/proc-net.ts';
import { openIcmpSocket } from './icmp-socket.ts';
import { Socket } from './socket.ts';
import { ipSocketAddress } from './socket-address.ts';

/** linux/mroute.h; linux/mroute6.h has the same numbers. */
const MRT_INIT = 200;
const MRT_ADD_VIF = 202;
const MRT_ADD_MFC = 204;
const MRT_DEL_MFC = 205;
const VIFF_USE_IFINDEX = 0x8;
const MAXVIFS = 32;

/** What a router does with the packets of a group. It names interfaces by the numbers of {@link MulticastRouter.addInterface}. */
interface MulticastRoute {
  group: string;
  /** Undefined: any. */
  source: string | undefined;
  input: number;
  /** A packet leaves if its TTL is greater than the threshold. IPv6 knows the threshold 1 only (`ip6mr_mfc_add`). */
  outputs: ReadonlyMap<number, number>;
}

/**
 * The socket that makes a namespace a multicast router. The routes go when the socket is closed (`mrtsock_destruct`). While it is
 * open, no other program in the namespace can have such a socket for the same version of IP.
 */
export class MulticastRouter {
  readonly family: Family;
  readonly #namespace: NetNamespace;
  readonly #socket: Socket;

  /** @throws KernelError `EADDRINUSE` when a program is the router already; `ENOPROTOOPT` without CONFIG_IP_MROUTE */
  constructor(namespace: NetNamespace, family: Family) {
    this.family = family;
    this.#namespace = namespace;
    // ICMPv6 messages are not read here, so no type of them is let in.
    this.#socket =
      family === 4 ? Socket.open(namespace, AF_INET, SOCK_RAW, IPPROTO_IGMP) : openIcmpSocket(namespace, 6, []);
    try {
      this.#set(MRT_INIT, 'MRT_INIT', s32(1), {
        EADDRINUSE: 'a program is the multicast router here already (smcrouted, pimd …): have it add the route',
        ENOPROTOOPT: `this kernel lacks CONFIG_${family === 4 ? 'IP' : 'IPV6'}_MROUTE`,
      });
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  /** How many interfaces a router can have, numbered from 0. */
  get mostInterfaces(): number {
    return MAXVIFS;
  }

  /** The numbers that are in use. The kernel takes a number back when its device is deleted or moved away (`vif_delete`, `mif6_delete`). */
  numbers(): Set<number> {
    const file = this.family === 4 ? 'ip_mr_vif' : 'ip6_mr_vif';
    const [, ...lines] = readProcNet(this.#namespace, file).split('\n');
    return new Set(lines.filter((line) => line !== '').map((line) => Number.parseInt(line, 10)));
  }

  /** Gives an interface a number (`struct vifctl`, `struct mif6ctl`). */
  addInterface(number: number, ifindex: number): void {
    const causes = { EADDRNOTAVAIL: 'the interface has no IPv4: its MTU is less than 68 (inetdev_valid_mtu)' };
    const head = [number & 0xff, number >> 8];
    if (this.family === 4) {
      const options = Buffer.from([...head, VIFF_USE_IFINDEX, 1, ...s32(0), ...s32(ifindex), ...s32(0)]);
      this.#set(MRT_ADD_VIF, 'MRT_ADD_VIF', options, causes);
    } else {
      const options = Buffer.from([...head, 0, 1, ...u16(ifindex), 0, 0, ...s32(0)]);
      this.#set(MRT_ADD_VIF, 'MRT6_ADD_MIF', options);
    }
  }

  /** Adds a route, or replaces the route of the same group and source (`ipmr_mfc_add`). */
  add(route: MulticastRoute): void {
    this.#discardUpcalls();
    this.#set(MRT_ADD_MFC, `MRT${this.#version}_ADD_MFC`, this.#encode(route));
  }

  /** @throws KernelError `ENOENT` when there is no such route */
  delete(group: string, source: string | undefined): void {
    this.#discardUpcalls();
    const route = { group, source, input: 0, outputs: new Map() };
    const causes = { ENOENT: 'there is no such multicast route' };
    this.#set(MRT_DEL_MFC, `MRT${this.#version}_DEL_MFC`, this.#encode(route), causes);
  }

  close(): void {
    this.#socket.close();
  }

  get #version(): string {
    return this.family === 4 ? '' : '6';
  }

  /** The kernel asks for the route of each packet without one (`ipmr_cache_report`). Unread questions would fill the socket's buffer. */
  #discardUpcalls(): void {
    while (this.#socket.receive());
  }

  #encode({ group, source, input, outputs }: MulticastRoute): Buffer {
    return this.family === 4
      ? encode4(group, source, input, outputs)
      : encode6(group, source, input, [...outputs.keys()]);
  }

  #set(option: number, name: string, value: Uint8Array, causes: Partial<Record<string, string>> = {}): void {
    try {
      this.#socket.setOption(this.family === 4 ? IPPROTO_IP : IPPROTO_IPV6, option, value);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new KernelError({ operation: `setsockopt(${name})`, errno: error.errno, cause: causes[error.code] });
    }
  }
}

/** `struct mfcctl`: a threshold for each interface, 255 for an interface that nothing leaves by. */
function encode4(
  group: string,
  source: string | undefined,
  input: number,
  outputs: ReadonlyMap<number, number>,
): Buffer {
  const ttls = Array.from({ length: MAXVIFS }, (_, number) => outputs.get(number) ?? 255);
  const addresses = [...ipToBytes(source ?? '0.0.0.0'), ...ipToBytes(group)];
  return Buffer.concat([Buffer.from([...addresses, input & 0xff, input >> 8, ...ttls]), Buffer.alloc(2 + 4 * 4)]);
}

/** `struct mf6cctl`: 256 bits, one for each interface. */
function encode6(group: string, source: string | undefined, input: number, outputs: readonly number[]): Buffer {
  const bits = Buffer.alloc(32);
  for (const number of outputs) bits[number >> 3] = (bits[number >> 3] ?? 0) | (1 << (number & 7));
  const addresses = [ipSocketAddress(6, source ?? '::'), ipSocketAddress(6, group)];
  return Buffer.concat([...addresses, u16(input), Buffer.alloc(2), bits]);
}
