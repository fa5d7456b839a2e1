import { ICMP_FILTER, ICMPV6_FILTER, IPPROTO_ICMP, IPPROTO_ICMPV6, SOCK_RAW, SOL_RAW } from '../kernel/constants.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { ResourceStack } from '../kernel/resource-stack.ts';
import { Socket } from '../kernel/socket.ts';
import { familyNumber, readIpSocketAddress } from '../kernel/socket-address.ts';
import { decodeIcmpError, ICMP_TYPE, type IcmpError, isPortUnreachable } from '../wire/icmp.ts';
import type { Family } from '../wire/ip-address.ts';
import { decodeIpv4 } from '../wire/ipv4.ts';
import type { Refusal } from './asker.ts';

/** An ICMP message that came in, and who sent it. */
export interface IcmpMessage {
  sender: string;
  message: Buffer;
}

/** A raw ICMP or ICMPv6 socket that hears only the types given. */
export function openIcmpSocket(namespace: NetNamespace, family: Family, types: readonly number[]): Socket {
  const protocol = family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  using resources = new ResourceStack();
  const socket = resources.use(Socket.open(namespace, familyNumber(family), SOCK_RAW, protocol));
  if (family === 4) socket.setOption(SOL_RAW, ICMP_FILTER, filter(types, 4));
  else socket.setOption(IPPROTO_ICMPV6, ICMPV6_FILTER, filter(types, 32));
  resources.move();
  return socket;
}

/** The next message that is there; on IPv4 a raw socket delivers the IP header too. */
export function receiveIcmp(socket: Socket, family: Family): IcmpMessage | undefined {
  const received = socket.receive();
  if (!received) return undefined;
  const message = family === 4 ? decodeIpv4(received.data)?.payload : received.data;
  return message && { sender: readIpSocketAddress(received.from).address, message };
}

export function refusalBy(family: Family, error: IcmpError, sender: string): Refusal {
  const reason = `ICMP ${error.reason} from ${sender}`;
  return { kind: 'refusal', reason, ...(isPortUnreachable(family, error) ? { ofPort: true } : {}) };
}

/** Hears the ICMP errors of a namespace, for probes whose own socket does not say who refused. */
export class IcmpErrors implements Disposable {
  readonly #family: Family;
  readonly socket: Socket;

  constructor(namespace: NetNamespace, family: Family) {
    this.#family = family;
    this.socket = openIcmpSocket(namespace, family, ICMP_TYPE[family].errors);
  }

  /** The next error that is there. */
  read(): (IcmpError & { sender: string }) | undefined {
    for (;;) {
      const received = receiveIcmp(this.socket, this.#family);
      if (!received) return undefined;
      const error = decodeIcmpError(this.#family, received.message);
      if (error) return { ...error, sender: received.sender };
    }
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** A filter's set bits are the types to be left out, in words of the machine's order (`icmp_filter`, `icmp6_filter`). */
function filter(types: readonly number[], length: number): Buffer {
  const bits = Buffer.alloc(length, 0xff);
  for (const type of types) bits[type >> 3] = (bits[type >> 3] ?? 0) & ~(1 << (type & 7));
  return bits;
}
