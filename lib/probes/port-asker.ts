import { Socket } from '../kernel/sockets/socket.ts';
import { familyNumber, ipSocketAddress, readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { IcmpError } from '../wire/icmp.ts';
import type { IpPacket } from '../wire/ip-packet.ts';
import type { Refusal } from './asker.ts';
import { bindSourcePort, scopeOf } from './bind-source.ts';
import { IcmpErrors, refusalBy } from './icmp-errors.ts';
import type { Question } from './question.ts';

/** One probe: it leaves from a port that no other has. */
export interface PortProbe {
  readonly socket: Socket;
  readonly sequence: number;
  localPort: number;
}

/** What questions at a port share: each probe has a socket and a source port, and ICMP errors are heard beside them. */
export abstract class PortAsker<Probe extends PortProbe> implements Disposable {
  protected readonly question: Question;
  protected readonly port: number;
  protected readonly target: Buffer;
  protected readonly errors: IcmpErrors;
  protected readonly probes: Probe[] = [];

  constructor(question: Question, port: number) {
    const { from, to, family } = question;
    this.question = question;
    this.port = port;
    this.target = ipSocketAddress(family, to.address, port, scopeOf(question));
    this.errors = new IcmpErrors(engineOf(from).netns, family);
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.probes) socket.close();
    this.errors[Symbol.dispose]();
  }

  protected openSocket(type: number): Socket {
    const { from, family } = this.question;
    return Socket.open(engineOf(from).netns, familyNumber(family), type, 0);
  }

  /** Gives a probe its source port, unless its socket has one. 0, or the errno. */
  protected bind(probe: PortProbe, isBound = false): number {
    const errno = isBound ? 0 : bindSourcePort(probe.socket, this.question);
    probe.localPort = readIpSocketAddress(probe.socket.localAddress()).port;
    return errno;
  }

  protected isOurs(localPort: number): boolean {
    return this.probes.some((probe) => probe.localPort === localPort);
  }

  /** What a packet with these ports is, where only the asker's own host may have translated it. */
  protected directly(
    packet: IpPacket,
    { sourcePort, destinationPort }: { sourcePort: number; destinationPort: number },
  ): 'probe' | 'answer' | undefined {
    const { to, source } = this.question;
    // Where its own host translates it, it leaves for another address.
    const isAddressed =
      (packet.destination === to.address && destinationPort === this.port) || packet.source === source.address;
    if (isAddressed && this.isOurs(sourcePort)) return 'probe';
    const isFromTarget = packet.source === to.address && sourcePort === this.port;
    return isFromTarget && this.isOurs(destinationPort) ? 'answer' : undefined;
  }

  /** The next ICMP error about a probe that refuses it. */
  protected refusal(
    protocol: number,
    refuses: (error: IcmpError & { sender: string }) => boolean,
  ): Refusal | undefined {
    const { to, family } = this.question;
    for (let error = this.errors.read(); error; error = this.errors.read()) {
      const { original } = error;
      const isQuoted = original.protocol === protocol && original.destination === to.address;
      if (isQuoted && this.isOurs(original.payload.readUInt16BE(0)) && refuses(error))
        return refusalBy(family, error, error.sender);
    }
    return undefined;
  }
}
