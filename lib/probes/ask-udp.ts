import { SOCK_DGRAM } from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import { ResourceStack } from '../kernel/resource-stack.ts';
import { Socket } from '../kernel/socket.ts';
import { familyNumber, ipSocketAddress, readIpSocketAddress } from '../kernel/socket-address.ts';
import { engineOf } from '../lab/engine.ts';
import { type IcmpError, isPortUnreachable } from '../wire/icmp.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { decodeUdp } from '../wire/udp.ts';
import type { Asker, Reply } from './asker.ts';
import { bindSource, scopeOf } from './bind-source.ts';
import { forbidFragments, sendWhole } from './forbid-fragments.ts';
import { IcmpErrors, refusalBy } from './icmp-errors.ts';
import { ProbeData } from './probe-data.ts';
import type { Question } from './question.ts';
import { isOwnAddress, sendFailure } from './source.ts';

/**
 * Datagrams to a port: whatever comes back from there is an answer, since only the listener knows its protocol.
 *
 * @param size bytes of data in each, which then is not to be fragmented
 */
export function askUdp(question: Question, port: number, size?: number): Asker {
  const { from, to, family, bound } = question;
  using resources = new ResourceStack();
  const errors = resources.use(new IcmpErrors(engineOf(from).netns, family));
  const socket = resources.use(Socket.open(engineOf(from).netns, familyNumber(family), SOCK_DGRAM, 0));
  const target = ipSocketAddress(family, to.address, port, scopeOf(question));
  const data = new ProbeData(size);
  if (size !== undefined) forbidFragments(socket, family);
  // Not connected: a refusal is to come with its sender, as an ICMP error, and not as an errno of the next send.
  const bind = () =>
    bound ? bindSource(socket, question) : socket.bind(ipSocketAddress(family, family === 4 ? '0.0.0.0' : '::'));
  let unbound = bind();
  let localPort = readIpSocketAddress(socket.localAddress()).port;
  const owned = resources.move();

  return {
    send(sequence) {
      if (unbound) {
        // A tentative address may have become one's own since.
        unbound = bind();
        localPort = readIpSocketAddress(socket.localAddress()).port;
      }
      const errno = unbound || sendWhole(question, () => socket.send(data.of(sequence), target));
      return errno === 0 ? undefined : sendFailure(question, errnoName(errno));
    },
    read(): Reply | undefined {
      for (let received = socket.receive(); received; received = socket.receive()) {
        const sender = readIpSocketAddress(received.from);
        if (sender.address !== to.address || sender.port !== port) continue;
        return { kind: 'answer', sequence: data.isOurs(received.data) ? data.sequenceOf(received.data) : 0 };
      }
      for (let error = errors.read(); error; error = errors.read()) {
        const { protocol, destination, payload: quoted } = error.original;
        const ours = protocol === IP_PROTOCOL.udp && destination === to.address && quoted.readUInt16BE(0) === localPort;
        if (ours && !isLocal(error)) return refusalBy(family, error, error.sender);
      }
      return undefined;
    },
    recognize(bytes) {
      const packet = ipPacketOf(bytes);
      const datagram = packet?.protocol === IP_PROTOCOL.udp ? decodeUdp(packet.payload) : undefined;
      if (!packet || !datagram) return undefined;
      // Where its own host translates it, it leaves for another address.
      const isAddressed =
        (packet.destination === to.address && datagram.destinationPort === port) ||
        packet.source === question.source.address;
      if (isAddressed && datagram.sourcePort === localPort) return 'probe';
      const back =
        packet.source === to.address && datagram.sourcePort === port && datagram.destinationPort === localPort;
      return back ? 'answer' : undefined;
    },
    // Behind the header, and the probe's number; what a server answers is its own business.
    signs: { mark: { at: 9, bytes: data.mark }, port },
    async wait(milliseconds) {
      await Promise.race([socket.readable(milliseconds), errors.socket.readable(milliseconds)]);
      socket.stopWaiting();
      errors.socket.stopWaiting();
    },
    [Symbol.dispose]: () => owned[Symbol.dispose](),
  };

  /** The kernel giving up on the neighbour; to itself, the source's own refusal counts. */
  function isLocal(error: IcmpError & { sender: string }): boolean {
    return isOwnAddress(from, error.sender) && !isPortUnreachable(family, error);
  }
}
