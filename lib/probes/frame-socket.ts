import { entryOf } from '../base/entry-of.ts';
import { errnoName } from '../kernel/libc.ts';
import { openPacketSocket, takeLosses } from '../kernel/sockets/packet-socket.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import { packetSocketAddress, readPacketSocketAddress } from '../kernel/sockets/socket-address.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { watcher } from '../lab/engines/watcher.ts';
import { type Interface, isLink, type Namespace } from '../lab/index.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import type { SendFailure } from './asker.ts';

/** A frame that a namespace's own stack was given. */
export interface HeardFrame {
  bytes: Buffer;
  /** ifindex of the device. */
  device: number;
  /** `PACKET_HOST` and so on. */
  packetType: number;
}

/**
 * A packet socket of a namespace: sends frames of any kind, and hears those of one EtherType, such as ARP, which no other
 * socket does. Shared and kept as long as the lab, since closing a packet socket takes the kernel some 10 ms
 * (`packet_release`).
 */
export class FrameSocket {
  static readonly #ofNamespace = new WeakMap<Namespace, Map<number, FrameSocket>>();
  readonly #socket: Socket;
  readonly #listeners = new Set<(frame: HeardFrame) => void>();

  static of(namespace: Namespace, etherType: number = ETHERTYPE.arp): FrameSocket {
    watcher()?.asked();
    const all = entryOf(FrameSocket.#ofNamespace, namespace, () => new Map<number, FrameSocket>());
    return entryOf(all, etherType, () => new FrameSocket(namespace, etherType));
  }

  private constructor(namespace: Namespace, etherType: number) {
    this.#socket = engineOf(namespace.lab).resources.add(openPacketSocket(engineOf(namespace).netns, etherType));
  }

  /** Puts a frame on a device; why it could not leave, or undefined. */
  send(device: Interface, bytes: Buffer): SendFailure | undefined {
    const errno = this.#socket.send(bytes, packetSocketAddress(device.index, bytes.readUInt16BE(12)));
    if (errno === 0) return undefined;
    // packet_snd's word for NET_XMIT_DROP: an ipvlan's own answer to what is for a private sibling, or to a broadcast in l3.
    if (errnoName(errno) === 'ENOBUFS' && isLink(device, ipvlan)) return undefined;
    // packet_snd has no device for the index.
    if (errnoName(errno) === 'ENXIO') return { outcome: 'unsent', reason: `${device} is gone` };
    // packet_snd: longer than the MTU, the Ethernet header and one VLAN tag.
    if (errnoName(errno) === 'EMSGSIZE')
      return { outcome: 'unsent', reason: `${bytes.length} bytes are more than the MTU of ${device} allows` };
    if (errnoName(errno) === 'ENETDOWN') return { outcome: 'unsent', reason: `${device} is down` };
    return { outcome: 'broken', reason: `sending on ${device} failed with ${errnoName(errno)}` };
  }

  /** Tells of each frame, in {@link drain}; the function returned ends it. */
  listen(listener: (frame: HeardFrame) => void): () => void {
    // Drop the frames that arrived before the question.
    this.drain();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many frames were lost since this was last asked, for want of room. */
  takeLosses(): number {
    return takeLosses(this.#socket);
  }

  /** Reads what is there, for all who listen. */
  drain(): void {
    for (let received = this.#socket.receive(); received; received = this.#socket.receive()) {
      const { index, packetType } = readPacketSocketAddress(received.from);
      for (const listener of this.#listeners) listener({ bytes: received.data, device: index, packetType });
    }
  }

  /** Waits until there may be a frame. Others may wait here too. */
  readable(milliseconds: number): Promise<boolean> {
    return this.#socket.readable(milliseconds);
  }
}
