import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import { readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { decodeIcmpError, ICMP_TYPE, type IcmpError, isPortUnreachable } from '../wire/icmp.ts';
import type { Family } from '../wire/ip-address.ts';
import { decodeIpv4 } from '../wire/ipv4.ts';
import type { Refusal } from './asker.ts';

/** An ICMP message that came in, and who sent it. */
interface IcmpMessage {
  sender: string;
  message: Buffer;
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
