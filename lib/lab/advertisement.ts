import { inspect } from 'node:util';
import { ResourceStack } from '../base/resource-stack.ts';
import {
  checkBoolean,
  checkInteger,
  checkMilliseconds,
  checkOptions,
  UsageError,
  wrongOption,
} from '../base/validate.ts';
import { s32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import {
  IPPROTO_IPV6,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  SO_BINDTOIFINDEX,
  SOL_SOCKET,
} from '../kernel/constants.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import { ipSocketAddress } from '../kernel/sockets/socket-address.ts';
import { Advertiser } from '../kernel/threads/advertiser.ts';
import { familyOf, networkOf, normalizeIp, type Prefix, parsePrefix } from '../wire/ip-address.ts';
import { IPV6_MIN_MTU } from '../wire/ipv6.ts';
import { ROUTER_SOLICITATION } from '../wire/neighbour-discovery.ts';
import { encodeRouterAdvertisement, type RouterAdvertisement } from '../wire/router-advertisement.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engines/engine.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/** What a router advertises. Lifetimes are in seconds. */
export interface AdvertiseOptions {
  /** The subnets of the link, /64 each, from which hosts make their own addresses. */
  prefix: string | readonly string[];
  /** The interface. @default the only one */
  dev?: Interface | string;
  /** How long hosts use it as their default router; 0: never. @default 1800 */
  lifetime?: number;
  /** How long addresses are valid. @default 86400 */
  validLft?: number;
  /** How long they are preferred. @default 14400 */
  preferredLft?: number;
  /** Resolvers (RFC 8106). @default none */
  dns?: readonly string[];
  /** The MTU of the link. @default none advertised */
  mtu?: number;
  /** Hosts should get addresses by DHCPv6. @default false */
  managed?: boolean;
  /** Hosts should get other settings by DHCPv6. @default false */
  other?: boolean;
  /** Milliseconds from one advertisement to the next. @default 4000 */
  interval?: number;
}

const OPTIONS = ['prefix', 'dev', 'lifetime', 'validLft', 'preferredLft', 'dns', 'mtu', 'managed', 'other', 'interval'];
const ALL_NODES = 'ff02::1';
const FOREVER = 2 ** 32 - 1;

/** Router advertisements on a link: at once, now and then, and whenever a host solicits one. `using` ends them with its scope. */
export class Advertisement implements Disposable {
  readonly device: Interface;
  readonly prefixes: readonly Prefix[];
  /** Seconds that addresses of the prefixes are valid. */
  readonly validLft: number;
  readonly #socket: Socket;
  readonly #to: Buffer;
  readonly #advertised: RouterAdvertisement;
  readonly #advertiser: Advertiser;
  #ended: Promise<void> | undefined;

  constructor(device: Interface, advertised: RouterAdvertisement, interval: number) {
    this.device = device;
    this.prefixes = advertised.prefixes;
    this.validLft = advertised.validLft;
    this.#advertised = advertised;
    this.#to = ipSocketAddress(6, ALL_NODES, 0, device.index);
    using resources = new ResourceStack();
    this.#socket = resources.use(openSocket(device));
    this.send();
    const message = encodeRouterAdvertisement(advertised);
    this.#advertiser = new Advertiser({ socket: this.#socket.fd, message, to: this.#to, interval });
    resources.move();
  }

  /** Sends one now. */
  send(): void {
    checkErrno(
      `${this.device.namespace}.advertise`,
      this.#socket.send(encodeRouterAdvertisement(this.#advertised), this.#to),
    );
  }

  /** Ends the advertisements; the last one says that this is no longer a default router (RFC 4861 section 6.2.5). A second call does nothing. */
  withdraw(): void {
    // A failure is told by lab.close().
    this.end().catch(() => {});
  }

  /** {@link withdraw}, and waits until the thread and its socket are gone. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    engineOf(this.device.namespace.lab).advertisements.delete(this);
    try {
      await this.#advertiser.end();
      // Behind the last of the thread's. The device may be gone, or down: then nobody hears it.
      this.#socket.send(encodeRouterAdvertisement({ ...this.#advertised, lifetime: 0 }), this.#to);
    } finally {
      this.#socket.close();
    }
  }

  [Symbol.dispose](): void {
    this.withdraw();
  }

  /** `advertisement of fd00:7::/64 on r/eth0`, for `console.log`. */
  [inspect.custom](): string {
    return `advertisement of ${this.prefixes.map(({ address, length }) => `${address}/${length}`).join(', ')} on ${this.device}`;
  }
}

/** Has a router advertise itself; {@link Namespace.advertise} is this. */
export function advertise(namespace: Namespace, options: AdvertiseOptions): Advertisement {
  const call = `${namespace.name}.advertise`;
  checkLabOpen(call, namespace.lab);
  checkOptions(call, options, OPTIONS);
  if (namespace.role !== 'router')
    throw new UsageError(
      `${call}: ${namespace} is a ${namespace.role}, and forwards nothing: lab.router() makes a router`,
    );
  const { interval = 4000, dev, prefix, lifetime = 1800, validLft = 86_400, preferredLft = 14_400 } = options;
  const { dns = [], mtu, managed = false, other = false } = options;
  checkInteger(call, 'lifetime', lifetime, 0, 0xffff);
  checkInteger(call, 'validLft', validLft, 0, FOREVER);
  checkInteger(call, 'preferredLft', preferredLft, 0, validLft);
  checkInteger(call, 'mtu', mtu, IPV6_MIN_MTU, FOREVER);
  checkBoolean(call, 'managed', managed);
  checkBoolean(call, 'other', other);
  checkMilliseconds(call, 'interval', interval);
  if (interval < 100) throw new UsageError(`${call}: interval must be 100 ms or more: received ${interval}`);
  if (!Array.isArray(dns) || dns.some((server) => familyOf(server) !== 6))
    throw wrongOption(call, 'dns', 'a list of IPv6 addresses', dns);
  const prefixes = [prefix].flat().map((each) => checkPrefix(call, each));
  const device = namespace.interface(dev);
  const advertised = { lifetime, managed, other, mac: device.mac, mtu, prefixes, validLft, preferredLft, dns };
  const { advertisements, resources } = engineOf(namespace.lab);
  const advertisement = new Advertisement(device, advertised, interval);
  advertisements.add(advertisement);
  resources.add({ close: () => advertisement.end() });
  return advertisement;
}

function checkPrefix(call: string, text: unknown): Prefix {
  const prefix = typeof text === 'string' ? parsePrefix(text) : undefined;
  if (prefix?.family === 6 && prefix.length === 64 && networkOf(prefix) === normalizeIp(prefix.address)) return prefix;
  throw wrongOption(call, 'prefix', "an IPv6 subnet of 64 bits such as 'fd00:7::/64' (RFC 4862 section 5.5.3)", text);
}

/** It sends by the device from its link-local address, with the hop limit that hosts insist on, and hears solicitations alone. */
function openSocket({ namespace, index }: Interface): Socket {
  using resources = new ResourceStack();
  const socket = resources.use(openIcmpSocket(engineOf(namespace).netns, 6, [ROUTER_SOLICITATION]));
  socket.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(index));
  socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_IF, s32(index));
  socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, s32(255));
  resources.move();
  return socket;
}
