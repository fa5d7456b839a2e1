import { ResourceStack } from '../../base/resource-stack.ts';
import { ARPHRD } from '../../wire/arp.ts';
import { bareHeader, ETHERTYPE } from '../../wire/ethernet.ts';
import { greLength } from '../../wire/tunnel-header.ts';
import { VLAN_PROTOCOL_NUMBERS } from '../../wire/vlan-tag.ts';
import { s32 } from '../bytes.ts';
import { checkErrno } from '../checked.ts';
import { PACKET_AUXDATA, PACKET_OUTGOING, SO_TIMESTAMPNS, SOL_PACKET, SOL_SOCKET } from '../constants.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { keepEtherType } from '../sockets/packet-filter.ts';
import { openPacketSocket, takeLosses } from '../sockets/packet-socket.ts';
import { BATCH, type BatchItem, controlMessage, receiveBatch } from '../sockets/receive-batch.ts';
import type { Socket } from '../sockets/socket.ts';
import { packetSocketAddress, readPacketSocketAddress } from '../sockets/socket-address.ts';
import { StampReader } from './tap-clock.ts';

/** A frame at a device. */
export interface TappedFrame {
  /** ifindex of the device. */
  index: number;
  /** `out`: the device was given it to send. `in`: it came from the device. */
  direction: 'in' | 'out';
  /** How it was addressed (`PACKET_HOST` …); of a frame that goes out nothing is said. */
  packetType: number;
  /** When, by the clock of the taps (`tapTime`). */
  nanoseconds: bigint;
  /** The frame, with its VLAN tag where it has one. */
  bytes: Buffer;
  /** Its whole length, where `bytes` is cut off. */
  originalLength: number;
}

const ETH_P_ALL = 0x0003;

/** What may wait to be read, in bytes; without privilege in the host the kernel makes it `net.core.rmem_max`. */
const RECEIVE_BUFFER = 8 << 20;

// struct tpacket_auxdata: status, len, snaplen, mac, net, vlan_tci, vlan_tpid
const TP_STATUS_VLAN_VALID = 1 << 4;
const AUXDATA_LENGTH_AT = 4;
const AUXDATA_VLAN_TCI_AT = 16;
const AUXDATA_VLAN_TPID_AT = 18;

/** Behind the two addresses: where a tag stands, or the EtherType. */
const TAG_AT = 12;

/** Tunnels, and `NONE` (tun, WireGuard, xfrm): `packet_rcv` gives IP packets. */
const WITHOUT_HEADER: readonly number[] = [
  ...[ARPHRD.TUNNEL, ARPHRD.TUNNEL6, ARPHRD.SIT, ARPHRD.IPGRE, ARPHRD.IP6GRE, ARPHRD.NONE],
];
const IP: readonly number[] = [ETHERTYPE.ipv4, ETHERTYPE.ipv6];

/**
 * A packet socket that sees every frame at every device of a namespace, in both directions. It makes no device
 * promiscuous, so what devices receive stays as it is. A plain socket, not an mmapped ring: `packet_set_ring` waits for
 * an RCU grace period, some 10 ms for each namespace of a lab.
 */
export class TapSocket {
  readonly #socket: Socket;
  readonly #stamps = new StampReader();

  /** @param only one device, and the frames there of one EtherType; without it all */
  constructor(namespace: NetNamespace, only?: { index: number; etherType: number }) {
    using resources = new ResourceStack();
    // A packet socket of protocol 0 hears nothing until it is bound.
    const socket = resources.use(openPacketSocket(namespace, only ? 0 : ETH_P_ALL));
    socket.setOption(SOL_PACKET, PACKET_AUXDATA, s32(1));
    socket.setOption(SOL_SOCKET, SO_TIMESTAMPNS, s32(1));
    socket.enlargeReceiveBuffer(RECEIVE_BUFFER);
    if (only) {
      keepEtherType(socket, only.etherType);
      checkErrno(`bind(${only.index})`, socket.bind(packetSocketAddress(only.index, ETH_P_ALL)));
    }
    resources.move();
    this.#socket = socket;
  }

  /** True once there is a frame to be taken; false after so many milliseconds. */
  readable(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    return this.#socket.readable(milliseconds, signal);
  }

  /**
   * Takes the frames that are there, in the order in which they came.
   *
   * @param most stop after about so many: in a storm more come than can be read
   */
  drain(most: number): TappedFrame[] {
    const frames: TappedFrame[] = [];
    while (frames.length < most) {
      const batch = receiveBatch(this.#socket.fd);
      for (const item of batch) frames.push(toFrame(item));
      if (batch.length < BATCH) break;
    }
    if (frames.length === 0) return frames;
    const times = this.#stamps.read(frames.map(({ nanoseconds }) => nanoseconds));
    for (const [at, frame] of frames.entries()) frame.nanoseconds = times[at] as bigint;
    return frames;
  }

  /** How many frames were lost since this was last asked, for want of room (`packet_rcv`, tp_drops). */
  takeLosses(): number {
    return takeLosses(this.#socket);
  }

  close(): void {
    this.#socket.close();
  }
}

function toFrame(item: BatchItem): TappedFrame {
  const { from } = item;
  const { index, packetType, ...sent } = readPacketSocketAddress(from);
  const outer = outerLength(item.data, sent);
  const data = item.data.subarray(outer);
  const time = controlMessage(item, SOL_SOCKET, SO_TIMESTAMPNS);
  const auxiliary = controlMessage(item, SOL_PACKET, PACKET_AUXDATA);
  const tag = auxiliary && vlanTag(auxiliary);
  const length = (auxiliary?.readUInt32LE(AUXDATA_LENGTH_AT) ?? item.data.length) - outer;
  const isBare = WITHOUT_HEADER.includes(sent.hardware) && IP.includes(sent.protocol);
  const added = tag ?? (isBare ? bareHeader(sent.protocol) : undefined);
  const at = tag ? TAG_AT : 0;
  return {
    index,
    direction: packetType === PACKET_OUTGOING ? 'out' : 'in',
    packetType,
    nanoseconds: time ? time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8) : 0n,
    // The kernel takes the tag out of the frame (skb_vlan_untag); on the wire it stands behind the addresses.
    bytes: added ? Buffer.concat([data.subarray(0, at), added, data.subarray(at)]) : Buffer.from(data),
    originalLength: length + (added?.length ?? 0),
  };
}

/** A `gre` without a remote end has the outer packet's headers before its packets (`ipgre_header_ops`), and only then an address. */
function outerLength(data: Buffer, { hardware, addressLength }: { hardware: number; addressLength: number }): number {
  if (hardware !== ARPHRD.IPGRE || addressLength === 0) return 0;
  const ip = ((data[0] ?? 0) & 0x0f) * 4;
  return data.length < ip + greLength(0) ? 0 : ip + greLength(data.readUInt16BE(ip));
}

function vlanTag(auxiliary: Buffer): Buffer | undefined {
  if ((auxiliary.readUInt32LE(0) & TP_STATUS_VLAN_VALID) === 0) return undefined;
  const tag = Buffer.alloc(4);
  tag.writeUInt16BE(auxiliary.readUInt16LE(AUXDATA_VLAN_TPID_AT) || VLAN_PROTOCOL_NUMBERS['802.1Q'], 0);
  tag.writeUInt16BE(auxiliary.readUInt16LE(AUXDATA_VLAN_TCI_AT), 2);
  return tag;
}
