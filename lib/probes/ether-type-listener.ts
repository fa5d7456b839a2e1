import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import type { Interface } from '../lab/index.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import type { FrameListener } from './frame-listener.ts';
import { FrameSocket, type HeardFrame } from './frame-socket.ts';
import type { TestFrame } from './test-frame.ts';

/** Below this the EtherType is a length (`ETH_P_802_3_MIN`), and LLC gets the frame, whose number is `ETH_P_802_2`. */
const LOWEST_ETHERTYPE = 0x600;
const ETH_P_802_2 = 4;
const ETHERTYPE_AT = 12;

/**
 * Counts the frames that an interface's own stack hands to the handlers of an EtherType (`ptype_base`): behind the
 * rx_handler of a parent or a bridge, and behind the VLAN devices, which take what has their tag.
 */
export class EtherTypeListener implements FrameListener {
  /** Nobody listens for datagrams. */
  readonly port = 0;
  readonly #device: Interface;
  readonly #socket: FrameSocket;
  readonly #stop: () => void;
  readonly #heard = new Map<string, number>();

  /** @param example a frame such as those that are to be counted */
  constructor(device: Interface, example: Buffer) {
    const type = withoutVlanTags(example).readUInt16BE(ETHERTYPE_AT);
    this.#device = device;
    this.#socket = FrameSocket.of(device.namespace, type < LOWEST_ETHERTYPE ? ETH_P_802_2 : type);
    this.#stop = this.#socket.listen((frame) => this.#hear(frame));
    this.#socket.takeLosses();
  }

  copies({ bytes }: TestFrame): number {
    this.#socket.drain();
    return this.#heard.get(frameIdentity(bytes)) ?? 0;
  }

  async wait(milliseconds: number): Promise<void> {
    await this.#socket.readable(milliseconds);
  }

  missed(): string | undefined {
    const losses = this.#socket.takeLosses();
    return losses > 0 ? `${losses} frames came to ${this.#device.namespace} that could not be counted` : undefined;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #hear({ bytes, device, packetType }: HeardFrame): void {
    if (device !== this.#device.index || packetType === PACKET_OTHERHOST) return;
    const identity = frameIdentity(bytes);
    this.#heard.set(identity, (this.#heard.get(identity) ?? 0) + 1);
  }
}
