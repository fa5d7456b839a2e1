import { SOCK_DGRAM } from '../kernel/constants.ts';
import { firstReady } from '../kernel/first-ready.ts';
import { errnoName } from '../kernel/libc.ts';
import { Socket } from '../kernel/socket.ts';
import { familyNumber, ipSocketAddress, readIpSocketAddress } from '../kernel/socket-address.ts';
import { engineOf } from '../lab/engine.ts';
import { type IcmpError, isPortUnreachable } from '../wire/icmp.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { decodeUdp } from '../wire/udp.ts';
import type { Asker, Reply } from './asker.ts';
import { bindSourcePort, scopeOf } from './bind-source.ts';
import { forbidFragments, sendWhole } from './forbid-fragments.ts';
import { IcmpErrors, refusalBy } from './icmp-errors.ts';
import { ProbeData } from './probe-data.ts';
import type { Question } from './question.ts';
import { isFromAsker, sendFailure } from './source.ts';

/**
 * Datagrams to a port: whatever comes back from there is an answer, since only the listener knows its protocol. Each leaves
 * from a new port, as of a client that tries again: where ports decide on the way (`fib_multipath_hash_policy`, a
 * translation to several servers), the next one may fare better.
 *
 * @param size bytes of data in each, which then is not to be fragmented
 */
export function askUdp(question: Question, port: number, size?: number): Asker {
  const { from, to, family } = question;
  const errors = new IcmpErrors(engineOf(from).netns, family);
  const target = ipSocketAddress(family, to.address, port, scopeOf(question));
  const data = new ProbeData(size);
  const probes: { socket: Socket; sequence: number; localPort: number }[] = [];
  const isOurs = (sourcePort: number) => probes.some(({ localPort }) => localPort === sourcePort);
  /** The ends of probes whose addresses or ports had been translated, on their own host or on their way. */
  const translated = new Set<string>();
  /** Where those came from. */
  const origins = new Set<string>();

  return {
    send(sequence) {
      const socket = Socket.open(engineOf(from).netns, familyNumber(family), SOCK_DGRAM, 0);
      const probe = { socket, sequence, localPort: 0 };
      probes.push(probe);
      if (size !== undefined) forbidFragments(socket, family);
      // Not connected: a refusal is to come with its sender, as an ICMP error, and not as an errno of the next send.
      const unbound = bindSourcePort(socket, question);
      probe.localPort = readIpSocketAddress(socket.localAddress()).port;
      const errno = unbound || sendWhole(question, () => socket.send(data.of(sequence), target));
      return errno === 0 ? undefined : sendFailure(question, errnoName(errno));
    },
    repeat() {
      sendWhole(question, () => probes[0]?.socket.send(data.of(0), target) ?? 0);
    },
    read(): Reply | undefined {
      for (const { socket, sequence } of probes) {
        for (let received = socket.receive(); received; received = socket.receive()) {
          const sender = readIpSocketAddress(received.from);
          if (sender.address === to.address && sender.port === port) return { kind: 'answer', sequence };
        }
      }
      for (let error = errors.read(); error; error = errors.read()) {
        const { protocol, destination, payload: quoted } = error.original;
        const isQuoted = protocol === IP_PROTOCOL.udp && destination === to.address && isOurs(quoted.readUInt16BE(0));
        if (isQuoted && !isLocal(error)) return refusalBy(family, error, error.sender);
      }
      return undefined;
    },
    recognize(bytes) {
      const packet = ipPacketOf(bytes);
      const datagram = packet?.protocol === IP_PROTOCOL.udp ? decodeUdp(packet.payload) : undefined;
      if (!packet || !datagram) return undefined;
      const { sourcePort, destinationPort, payload } = datagram;
      // Where its own host translates it, it leaves for another address.
      const isAddressed =
        (packet.destination === to.address && destinationPort === port) || packet.source === question.source.address;
      if (isAddressed && isOurs(sourcePort)) return 'probe';
      const isFromTarget = packet.source === to.address && sourcePort === port;
      if (isFromTarget && isOurs(destinationPort)) return 'answer';
      // Of a translated one, a probe is seen before its answer.
      const [origin, goal] = [`${packet.source} ${sourcePort}`, `${packet.destination} ${destinationPort}`];
      if (translated.has(`${goal},${origin}`)) return 'answer';
      // A server may send back what it was sent, and a router may give that another source.
      const isBack = origins.has(goal) || (packet.destination === question.source.address && isOurs(destinationPort));
      if (isFromTarget || isBack || !data.isOurs(payload)) return undefined;
      origins.add(origin);
      translated.add(`${origin},${goal}`);
      return 'probe';
    },
    // Behind the header, and the probe's number; what a server answers is its own business.
    signs: { mark: { at: 9, bytes: data.mark }, port },
    async wait(milliseconds) {
      const sockets = [errors.socket, ...probes.map(({ socket }) => socket)];
      await firstReady(sockets.map((socket) => (signal) => socket.readable(milliseconds, signal)));
    },
    [Symbol.dispose]() {
      for (const { socket } of probes) socket.close();
      errors[Symbol.dispose]();
    },
  };

  /** The kernel giving up on the neighbour; to itself, the source's own refusal counts. */
  function isLocal(error: IcmpError & { sender: string }): boolean {
    return isFromAsker(question, error.sender) && !isPortUnreachable(family, error);
  }
}
