import { SOCK_STREAM } from '../kernel/constants.ts';
import { firstReady } from '../kernel/first-ready.ts';
import { errnoName } from '../kernel/libc.ts';
import { Socket } from '../kernel/socket.ts';
import { familyNumber, ipSocketAddress, readIpSocketAddress } from '../kernel/socket-address.ts';
import { sendWindow } from '../kernel/tcp-window.ts';
import { engineOf } from '../lab/engine.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { decodeTcp, type TcpSegment } from '../wire/tcp.ts';
import type { Asker, Reply } from './asker.ts';
import { bindSourcePort, openAtConnectPort, scopeOf } from './bind-source.ts';
import { IcmpErrors, refusalBy } from './icmp-errors.ts';
import { chooseInitialSequence, isOfSequence } from './initial-sequence.ts';
import type { Question } from './question.ts';
import { isFromAsker, sendFailure } from './source.ts';

/** Connections to a port, one a probe: each is a SYN of its own, since the kernel repeats one only after a second. */
export function askTcp(question: Question, port: number): Asker {
  const { from, to, family, source } = question;
  const errors = new IcmpErrors(engineOf(from).netns, family);
  const target = ipSocketAddress(family, to.address, port, scopeOf(question));
  // Only a program can have made a translation.
  const { isPristine } = engineOf(from.lab);
  const open = () => Socket.open(engineOf(from).netns, familyNumber(family), SOCK_STREAM, 0);
  const connections: {
    socket: Socket;
    sequence: number;
    localPort: number;
    first: number | undefined;
    done: boolean;
    /** The other end has accepted the connection with a window of 0. */
    isShut: boolean;
  }[] = [];

  return {
    send(sequence) {
      // Every second probe, as programs that only connect: in a lab that no program has been in, nothing tells one port from another.
      const bound = isPristine || sequence % 2 === 1 ? undefined : openAtConnectPort(question, open);
      const socket = bound ?? open();
      // It may be asked anew, and its probes counted from 0 again.
      const first = isPristine ? undefined : chooseInitialSequence(socket);
      const connection = { socket, sequence, localPort: 0, first, done: false, isShut: false };
      connections.push(connection);
      const errno = (bound ? 0 : bindSourcePort(socket, question)) || socket.connect(target);
      connection.localPort = readIpSocketAddress(socket.localAddress()).port;
      if (errno === 0 || errnoName(errno) === 'EINPROGRESS') return undefined;
      connection.done = true;
      return sendFailure(question, errnoName(errno));
    },
    read(): Reply | undefined {
      for (const connection of connections) {
        if (connection.done) continue;
        const state = connection.socket.connection();
        if (state === 'connecting') continue;
        const errno = state === 'connected' ? '' : errnoName(state);
        // These errors end a connection that was open for a moment (tcp_reset).
        const wasConnected = state === 'connected' || errno === 'ECONNRESET' || errno === 'EPIPE';
        // A SYN proxy accepts in the server's place, and opens the window when the server has accepted (synproxy_send_client_synack).
        connection.isShut = wasConnected && sendWindow(connection.socket) === 0;
        if (state === 'connected' && connection.isShut) continue;
        connection.done = true;
        if (wasConnected && !connection.isShut) return { kind: 'answer', sequence: connection.sequence };
        // EHOSTUNREACH and the like come with an ICMP error, which says who sent it.
        if (wasConnected || errno === 'ECONNREFUSED')
          return readIcmp() ?? { kind: 'refusal', reason: `TCP reset from ${to.address} port ${port}`, ofPort: true };
      }
      return readIcmp();
    },
    recognize(bytes) {
      const packet = ipPacketOf(bytes);
      if (packet?.protocol !== IP_PROTOCOL.tcp || packet.payload.length < PORTS) return undefined;
      const [from16, to16] = [packet.payload.readUInt16BE(0), packet.payload.readUInt16BE(2)];
      const segment = decodeTcp(packet.payload);
      const hasPort = (local: number) => connections.some(({ localPort }) => localPort === local);
      // Its own host, or another, may translate both ends. An ICMP error may quote the ports alone.
      const hasNumber = (number?: number) =>
        number !== undefined && connections.some(({ first }) => isOfSequence(number, first));
      // Where its own host translates it, it leaves for another address.
      const isAddressed = (packet.destination === to.address && to16 === port) || packet.source === source.address;
      // The kernel of the asker sends more of the same connection: an ACK, and a reset for an answer that it refuses.
      if ((isAddressed && hasPort(from16)) || hasNumber(segment?.sequence))
        return !segment || isSyn(segment) ? 'probe' : undefined;
      const isFromTarget = packet.source === to.address && from16 === port;
      const acknowledged = segment?.flags.includes('.') ? segment.acknowledgement : undefined;
      return (isFromTarget && hasPort(to16)) || hasNumber(acknowledged) ? 'answer' : undefined;
    },
    repeatedAfter: REPEATED_AFTER,
    isOver: () => connections[0]?.done === true,
    signs: {},
    heard() {
      return connections.some(({ isShut }) => isShut)
        ? `the connection was accepted with a window of 0, as a SYN proxy does, and ${to.address} never opened the window`
        : undefined;
    },
    async wait(milliseconds) {
      const open = connections.filter(({ done }) => !done);
      // A socket with a shut window is writable, and no event tells that the window opens.
      const most = open.some(({ isShut }) => isShut) ? Math.min(GLANCE, milliseconds) : milliseconds;
      const connecting = open.filter(({ isShut }) => !isShut).map(({ socket }) => socket);
      await firstReady([
        (signal) => errors.socket.readable(most, signal),
        ...connecting.map((socket) => (signal: AbortSignal) => socket.writable(most, signal)),
      ]);
    },
    [Symbol.dispose]() {
      for (const { socket } of connections) socket.close();
      errors[Symbol.dispose]();
    },
  };

  function readIcmp(): Reply | undefined {
    for (let error = errors.read(); error; error = errors.read()) {
      const { protocol, destination, payload } = error.original;
      const ours = protocol === IP_PROTOCOL.tcp && destination === to.address && payload.readUInt16BE(2) === port;
      const local = connections.some(({ localPort }) => localPort === payload.readUInt16BE(0));
      if (ours && local && !isFromAsker(question, error.sender)) return refusalBy(family, error, error.sender);
    }
    return undefined;
  }
}

/** A SYN is repeated after a second (`TCP_TIMEOUT_INIT`), by a timer that may be 80 ms late (`LVL_GRAN`). In milliseconds, with its answer. */
const REPEATED_AFTER = 1150;

/** How often a connection with a shut window is looked at, in milliseconds. */
const GLANCE = 5;

/** The bytes of both ports. */
const PORTS = 4;

/** Whether a segment begins a connection (RFC 9293 section 3.5). */
function isSyn({ flags }: TcpSegment): boolean {
  return flags.startsWith('S') && !flags.includes('.');
}
