import { firstReady } from '../base/first-ready.ts';
import { SOCK_DGRAM } from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import { readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { isPortUnreachable } from '../wire/icmp.ts';
import { type IpPacket, ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { decodeUdp, type UdpDatagram } from '../wire/udp.ts';
import type { Asker, Reply, SendFailure } from './asker.ts';
import { forbidFragments, sendWhole } from './forbid-fragments.ts';
import type { ProbeSigns } from './patience.ts';
import { PortAsker, type PortProbe } from './port-asker.ts';
import { ProbeData } from './probe-data.ts';
import type { Question } from './question.ts';
import { isFromAsker, sendFailure } from './source.ts';

/**
 * Datagrams to a port: whatever comes back from there is an answer, since only the listener knows its protocol. Each leaves
 * from a new port, as of a client that tries again: where ports decide on the way (`fib_multipath_hash_policy`, a
 * translation to several servers), the next one may fare better.
 */
export class UdpAsker extends PortAsker<PortProbe> implements Asker {
  readonly signs: ProbeSigns;
  readonly #size: number | undefined;
  readonly #data: ProbeData;
  /** The ends of probes whose addresses or ports had been translated, on their own host or on their way. */
  readonly #translated = new Set<string>();
  /** Where those came from. */
  readonly #origins = new Set<string>();

  /** @param size bytes of data in each, which then is not to be fragmented */
  constructor(question: Question, port: number, size?: number) {
    super(question, port);
    this.#size = size;
    this.#data = new ProbeData(size);
    // Behind the header, and the probe's number; what a server answers is its own business.
    this.signs = { mark: { at: 9, bytes: this.#data.mark }, port };
  }

  send(sequence: number): SendFailure | undefined {
    const probe = { socket: this.openSocket(SOCK_DGRAM), sequence, localPort: 0 };
    this.probes.push(probe);
    if (this.#size !== undefined) forbidFragments(probe.socket, this.question.family);
    // Not connected: a refusal is to come with its sender, as an ICMP error, and not as an errno of the next send.
    const errno = this.bind(probe) || this.#transmit(probe);
    return errno === 0 ? undefined : sendFailure(this.question, errnoName(errno));
  }

  repeat(): void {
    const [first] = this.probes;
    if (first) this.#transmit(first);
  }

  read(): Reply | undefined {
    const { to, family } = this.question;
    for (const { socket, sequence } of this.probes) {
      for (let received = socket.receive(); received; received = socket.receive()) {
        const sender = readIpSocketAddress(received.from);
        if (sender.address === to.address && sender.port === this.port) return { kind: 'answer', sequence };
      }
    }
    // An error from the asker is its kernel giving up on the neighbour; to itself, the port's own refusal counts.
    return this.refusal(
      IP_PROTOCOL.udp,
      (error) => isPortUnreachable(family, error) || !isFromAsker(this.question, error.sender),
    );
  }

  recognize(bytes: Buffer): 'probe' | 'answer' | undefined {
    const packet = ipPacketOf(bytes);
    const datagram = packet?.protocol === IP_PROTOCOL.udp ? decodeUdp(packet.payload) : undefined;
    if (!packet || !datagram) return undefined;
    return this.directly(packet, datagram) ?? this.#asTranslated(packet, datagram);
  }

  async wait(milliseconds: number): Promise<void> {
    const sockets = [this.errors.socket, ...this.probes.map(({ socket }) => socket)];
    await firstReady(sockets.map((socket) => (signal) => socket.readable(milliseconds, signal)));
  }

  #transmit({ socket, sequence }: PortProbe): number {
    return sendWhole(this.question, () => socket.send(this.#data.of(sequence), this.target));
  }

  /** What a packet is that a host has translated. A probe is seen before its answer. */
  #asTranslated(
    { source, destination }: IpPacket,
    { sourcePort, destinationPort, payload }: UdpDatagram & { payload: Buffer },
  ): 'probe' | 'answer' | undefined {
    const { to, source: asker } = this.question;
    const [origin, goal] = [`${source} ${sourcePort}`, `${destination} ${destinationPort}`];
    if (this.#translated.has(`${goal},${origin}`)) return 'answer';
    // A server may send back what it was sent, and a router may give that another source.
    const isFromTarget = source === to.address && sourcePort === this.port;
    const isBack = this.#origins.has(goal) || (destination === asker.address && this.isOurs(destinationPort));
    if (isFromTarget || isBack || !this.#data.isOurs(payload)) return undefined;
    this.#origins.add(origin);
    this.#translated.add(`${origin},${goal}`);
    return 'probe';
  }
}
