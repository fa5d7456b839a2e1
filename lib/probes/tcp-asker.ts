import { firstReady } from '../base/first-ready.ts';
import { SOCK_STREAM } from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import { sendWindow } from '../kernel/sockets/tcp-window.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { decodeTcp, type TcpSegment } from '../wire/tcp.ts';
import type { Asker, Reply, SendFailure } from './asker.ts';
import { openAtConnectPort } from './bind-source.ts';
import { chooseInitialSequence, isOfSequence } from './initial-sequence.ts';
import { PortAsker, type PortProbe } from './port-asker.ts';
import { isFromAsker, sendFailure } from './source.ts';

interface Connection extends PortProbe {
  readonly first: number | undefined;
  done: boolean;
  /** The other end has accepted the connection with a window of 0. */
  isShut: boolean;
}

/** Connections to a port, one a probe: each has its SYN, since the kernel repeats one only after a second. */
export class TcpAsker extends PortAsker<Connection> implements Asker {
  readonly signs = {};
  readonly repeatedAfter = REPEATED_AFTER;

  send(sequence: number): SendFailure | undefined {
    // Only a program can have made a translation.
    const { isPristine } = engineOf(this.question.from.lab);
    const open = () => this.openSocket(SOCK_STREAM);
    // Every second probe, as programs that only connect: in a lab that no program has been in, nothing tells one port from another.
    const bound = isPristine || sequence % 2 === 1 ? undefined : openAtConnectPort(this.question, open);
    const socket = bound ?? open();
    // The question may be asked again, and its probes counted from 0 again.
    const first = isPristine ? undefined : chooseInitialSequence(socket);
    const connection = { socket, sequence, localPort: 0, first, done: false, isShut: false };
    this.probes.push(connection);
    const errno = this.bind(connection, bound !== undefined) || socket.connect(this.target);
    if (errno === 0 || errnoName(errno) === 'EINPROGRESS') return undefined;
    connection.done = true;
    return sendFailure(this.question, errnoName(errno));
  }

  read(): Reply | undefined {
    for (const connection of this.probes) {
      const reply = connection.done ? undefined : this.#readConnection(connection);
      if (reply) return reply;
    }
    return this.#readIcmp();
  }

  recognize(bytes: Buffer): 'probe' | 'answer' | undefined {
    const packet = ipPacketOf(bytes);
    if (packet?.protocol !== IP_PROTOCOL.tcp || packet.payload.length < PORTS) return undefined;
    const [sourcePort, destinationPort] = [packet.payload.readUInt16BE(0), packet.payload.readUInt16BE(2)];
    const direct = this.directly(packet, { sourcePort, destinationPort });
    // Its own host, or another, may translate both ends. An ICMP error may quote the ports alone.
    const segment = decodeTcp(packet.payload);
    // The kernel of the asker sends more of the same connection: an ACK, and a reset for an answer that it refuses.
    if (direct === 'probe' || this.#hasNumber(segment?.sequence))
      return !segment || isSyn(segment) ? 'probe' : undefined;
    const acknowledged = segment?.flags.includes('.') ? segment.acknowledgement : undefined;
    return direct === 'answer' || this.#hasNumber(acknowledged) ? 'answer' : undefined;
  }

  isOver(): boolean {
    return this.probes[0]?.done === true;
  }

  heard(): string | undefined {
    if (!this.probes.some(({ isShut }) => isShut)) return undefined;
    const { address } = this.question.to;
    return `the connection was accepted with a window of 0, as a SYN proxy does, and ${address} never opened the window`;
  }

  async wait(milliseconds: number): Promise<void> {
    const open = this.probes.filter(({ done }) => !done);
    // A socket with a shut window is writable, and no event tells that the window opens.
    const most = open.some(({ isShut }) => isShut) ? Math.min(GLANCE, milliseconds) : milliseconds;
    const connecting = open.filter(({ isShut }) => !isShut).map(({ socket }) => socket);
    await firstReady([
      (signal) => this.errors.socket.readable(most, signal),
      ...connecting.map((socket) => (signal: AbortSignal) => socket.writable(most, signal)),
    ]);
  }

  /** What became of a connection; undefined while it goes on. */
  #readConnection(connection: Connection): Reply | undefined {
    const { socket, sequence } = connection;
    const state = socket.connection();
    if (state === 'connecting') return undefined;
    const errno = state === 'connected' ? '' : errnoName(state);
    // These errors end a connection that was open for a moment (tcp_reset).
    const wasConnected = state === 'connected' || errno === 'ECONNRESET' || errno === 'EPIPE';
    // A SYN proxy accepts in the server's place, and opens the window when the server has accepted (synproxy_send_client_synack).
    connection.isShut = wasConnected && sendWindow(socket) === 0;
    if (state === 'connected' && connection.isShut) return undefined;
    connection.done = true;
    if (wasConnected && !connection.isShut) return { kind: 'answer', sequence };
    if (!wasConnected && errno !== 'ECONNREFUSED') return undefined;
    // An ICMP error says who refused.
    const reason = `TCP reset from ${this.question.to.address} port ${this.port}`;
    return this.#readIcmp() ?? { kind: 'refusal', reason, ofPort: true };
  }

  #readIcmp(): Reply | undefined {
    return this.refusal(
      IP_PROTOCOL.tcp,
      ({ original, sender }) => original.payload.readUInt16BE(2) === this.port && !isFromAsker(this.question, sender),
    );
  }

  #hasNumber(number: number | undefined): boolean {
    return number !== undefined && this.probes.some(({ first }) => isOfSequence(number, first));
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
