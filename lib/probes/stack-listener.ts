import { firstReady } from '../base/first-ready.ts';
import { ResourceStack } from '../base/resource-stack.ts';
import { s32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import {
  AF_INET,
  IP_ADD_MEMBERSHIP,
  IPPROTO_IP,
  PACKET_BROADCAST,
  PACKET_HOST,
  SO_BINDTOIFINDEX,
  SOCK_DGRAM,
  SOL_SOCKET,
} from '../kernel/constants.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import { Socket } from '../kernel/sockets/socket.ts';
import { ipSocketAddress, readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { ipToBytes } from '../wire/ip-address.ts';
import { decodeNeighbourSolicitation, NEIGHBOUR_SOLICITATION } from '../wire/neighbour-discovery.ts';
import type { FrameListener } from './frame-listener.ts';
import { FrameSocket, type HeardFrame } from './frame-socket.ts';
import { receiveIcmp } from './icmp-errors.ts';
import { arpSignature, type FrameKind, MULTICAST_GROUP, signature, type TestFrame } from './test-frame.ts';

/** A loop brings copies faster than they can be read: whoever counts must come to an end. */
const MOST_AT_ONCE = 1000;

/**
 * Counts the test frames that an interface's own stack is given: UDP at a socket, ND at a raw ICMPv6 socket, and ARP
 * where `arp_rcv` gets it, behind the rx_handler that hands a parent's frames to its children.
 */
export class StackListener implements FrameListener {
  readonly device: Interface;
  readonly port: number;
  readonly #udp: Socket;
  readonly #nd: Socket | undefined;
  readonly #arp: FrameSocket | undefined;
  readonly #copies = new Map<string, number>();
  readonly #resources: ResourceStack;

  /**
   * @param join whether to join the group of `multicast`; otherwise only what the host has joined comes
   * @throws KernelError when it cannot listen: one that is deaf would count no copies
   */
  constructor(device: Interface, kinds: readonly FrameKind[], join = true) {
    this.device = device;
    const { namespace } = device;
    using resources = new ResourceStack();
    // Open for unicast of whatever kind: a closed port would answer with an ICMP error.
    this.#udp = resources.use(Socket.open(engineOf(namespace).netns, AF_INET, SOCK_DGRAM, 0));
    this.#udp.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(device.index));
    checkErrno(`bind(0.0.0.0) in ${namespace.name}`, this.#udp.bind(ipSocketAddress(4, '0.0.0.0')));
    this.port = readIpSocketAddress(this.#udp.localAddress()).port;
    if (kinds.includes('multicast') && join) {
      const membership = Buffer.concat([ipToBytes(MULTICAST_GROUP), ipToBytes('0.0.0.0'), s32(device.index)]);
      this.#udp.setOption(IPPROTO_IP, IP_ADD_MEMBERSHIP, membership);
    }
    if (kinds.includes('nd')) {
      this.#nd = resources.use(openIcmpSocket(engineOf(namespace).netns, 6, [NEIGHBOUR_SOLICITATION]));
      this.#nd.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(device.index));
    }
    // arp_rcv frees what comes to a device without ARP.
    if (kinds.includes('arp') && stateIfThere(device)?.arp) {
      this.#arp = FrameSocket.of(namespace);
      resources.defer(this.#arp.listen((frame) => this.#hearArp(frame)));
    }
    this.#resources = resources.move();
  }

  copies({ signature: of }: TestFrame): number {
    for (let read = 0; read < MOST_AT_ONCE; read++) {
      const received = this.#udp.receive();
      if (!received) break;
      this.#count(signature(received.data));
    }
    if (this.#nd) this.#drainNd(this.#nd);
    this.#arp?.drain();
    return this.#copies.get(of) ?? 0;
  }

  async wait(milliseconds: number): Promise<void> {
    const sockets = [this.#udp, this.#nd, this.#arp].filter((socket) => socket !== undefined);
    await firstReady(sockets.map((socket) => (signal) => socket.readable(milliseconds, signal)));
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }

  #drainNd(socket: Socket): void {
    for (let read = 0; read < MOST_AT_ONCE; read++) {
      const received = receiveIcmp(socket, 6);
      if (!received) return;
      const solicitation = decodeNeighbourSolicitation(received.message);
      if (solicitation) this.#count(signature(solicitation.nonce));
    }
  }

  #hearArp({ bytes, device, packetType }: HeardFrame): void {
    // arp_rcv leaves what is for another host alone.
    const accepted = packetType === PACKET_HOST || packetType === PACKET_BROADCAST;
    if (accepted && device === this.device.index) this.#count(arpSignature(bytes));
  }

  #count(heard: string | undefined): void {
    if (heard) this.#copies.set(heard, (this.#copies.get(heard) ?? 0) + 1);
  }
}
