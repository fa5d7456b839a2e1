import { s32 } from '../../lib/kernel/bytes.ts';
import { after, now } from '../../lib/kernel/clock.ts';
import { SOL_PACKET } from '../../lib/kernel/constants.ts';
import { openPacketSocket } from '../../lib/kernel/sockets/packet-socket.ts';
import type { Socket } from '../../lib/kernel/sockets/socket.ts';
import { readPacketSocketAddress } from '../../lib/kernel/sockets/socket-address.ts';
import { tapTime } from '../../lib/kernel/taps/tap-clock.ts';
import { engineOf, enginesOf } from '../../lib/lab/engines/engine.ts';
import type { CapturedFrame, Interface, Lab } from '../../lib/lab/index.ts';
import { type Frame, readFrame } from '../../lib/model/frame.ts';
import { MODEL_PARTS } from '../../lib/model/network.ts';
import { predict } from '../../lib/model/predict.ts';
import { type Prediction, stepsOf } from '../../lib/model/prediction.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { linkFault } from '../../lib/probes/source.ts';
import { readNetwork } from '../../lib/state/read-network.ts';
import { Capture } from '../../lib/trace/capture.ts';
import { quietIn } from '../../lib/trace/quiescence.ts';
import { checksum } from '../../lib/wire/checksum.ts';
import { ETHERTYPE as ETHERTYPES, encodeEthernet } from '../../lib/wire/ethernet.ts';
import { frameIdentity } from '../../lib/wire/frame-identity.ts';
import type { Family } from '../../lib/wire/ip-address.ts';
import { ipPacketOf } from '../../lib/wire/ip-packet.ts';
import { encodeIpv4 } from '../../lib/wire/ipv4.ts';
import { encodeIpv6 } from '../../lib/wire/ipv6.ts';
import { type VlanTag, withoutVlanTags } from '../../lib/wire/vlan-tag.ts';
import { entrances } from './entrance.ts';

/** IEEE 802's EtherType for experiments: no stack answers it. */
const ETHERTYPE = 0x88b5;

const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_MR_ALLMULTI = 2;
const TYPES = ['host', 'broadcast', 'multicast', 'otherhost'];

/** How long a copy that should come is waited for, in milliseconds. */
const PATIENCE = 10_000;

/** IANA's protocol number for experiments (RFC 3692). */
const PROTOCOL = 253;

/** A packet that is sent. */
export interface Packet {
  family: Family;
  source: string;
  destination: string;
  /** Of its data. */
  length: number;
  hopLimit: number;
  mayFragment: boolean;
}

/** What became of a frame, a line for each device that it passed and each stack that got it. */
interface Ways {
  model: string[];
  kernel: string[];
}

/** Sends frames in a lab, and follows them by what the kernel's taps and stacks say, and by what the model says. */
export class Referee implements Disposable {
  readonly #lab: Lab;
  readonly #sockets: Map<string, Socket>;
  #sent = 0;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#sockets = new Map(
      lab.namespaces.map((namespace) => [namespace.name, openPacketSocket(engineOf(namespace).netns, ETHERTYPE)]),
    );
    // A macvlan hears the groups that somebody joined on it (macvlan_set_mac_lists); all of them here.
    for (const { name, interfaces } of lab.namespaces)
      for (const { index } of interfaces)
        this.#sockets.get(name)?.setOption(SOL_PACKET, PACKET_ADD_MEMBERSHIP, allGroups(index));
  }

  /** Sends a frame to a MAC address. Undefined where the sender cannot: its device is down, or the frame is too long for it. */
  async follow(from: Interface, to: string, length: number, tags: readonly VlanTag[] = []): Promise<Ways | undefined> {
    const data = Buffer.alloc(length);
    const mark = this.#mark(data, 0);
    // The type of a tag stands where that of the data would, and what is behind it behind that.
    const [etherType, payload] = tags.reduceRight(
      ([behind, rest], { type, id }) => [type, Buffer.concat([twoBytes(id), twoBytes(behind), rest])] as const,
      [ETHERTYPE, data] as readonly [number, Buffer],
    );
    const bytes = encodeEthernet({ destination: to, source: from.mac, etherType, payload });
    const sent = await this.#send(from, bytes);
    if (!sent) return undefined;
    const { model, since } = sent;
    const heard: string[] = [];
    return {
      model,
      kernel: await this.#expect(model, () => {
        heard.push(...this.#heard(mark));
        return [...this.#passed(since, ({ bytes }) => markOf(bytes) === mark), ...heard];
      }),
    };
  }

  /** Sends a packet to a router, or to whoever has the MAC address, and follows it by the devices that it passes. */
  async followPacket(from: Interface, to: string, packet: Packet): Promise<Ways | undefined> {
    const { family, source, destination, length, hopLimit } = packet;
    const payload = Buffer.alloc(length);
    const mark = this.#mark(payload, 0);
    const ip =
      family === 4
        ? packet4({ source, destination, payload }, packet)
        : encodeIpv6({ source, destination, payload, hopLimit, nextHeader: PROTOCOL });
    const etherType = family === 4 ? ETHERTYPES.ipv4 : ETHERTYPES.ipv6;
    const bytes = encodeEthernet({ destination: to, source: from.mac, etherType, payload: ip });
    return this.#followDevices(from, bytes, ({ bytes }) => markOf(bytes) === mark);
  }

  /** Sends a frame as it is, and follows it by the devices that it passes. */
  followBytes(from: Interface, bytes: Buffer): Promise<Ways | undefined> {
    const identity = frameIdentity(bytes);
    return this.#followDevices(from, bytes, (frame) => frame.identity === identity);
  }

  /** What the model does not know of a frame. It is not sent, since kernels differ in what they do with it. */
  unknownOf(from: Interface, bytes: Buffer): string[] {
    return this.#predict(from, frameOf(bytes)).filter((line) => line.startsWith('unknown'));
  }

  async #followDevices(
    from: Interface,
    bytes: Buffer,
    isIt: (frame: CapturedFrame) => boolean,
  ): Promise<Ways | undefined> {
    const sent = await this.#send(from, bytes);
    if (!sent) return undefined;
    const model = sent.model.filter((line) => !line.startsWith('stack'));
    return { model, kernel: await this.#expect(model, () => this.#passed(sent.since, isIt)) };
  }

  async #send(from: Interface, bytes: Buffer): Promise<{ model: string[]; since: bigint } | undefined> {
    const frame = frameOf(bytes);
    if (linkFault(from) !== undefined || frame.length > from.state().mtu) return undefined;
    const model = this.#predict(from, frame);
    const since = tapTime();
    const failure = FrameSocket.of(from.namespace).send(from, bytes);
    if (failure) throw new Error(failure.reason);
    await this.#quiet();
    return { model, since };
  }

  #predict(from: Interface, frame: Frame): string[] {
    const state = readNetwork(enginesOf(this.#lab.namespaces), MODEL_PARTS);
    const at = { namespace: from.namespace.name, index: from.index, direction: 'out' } as const;
    return linesOf(this.#lab, predict(state, frame, at));
  }

  #mark(payload: Buffer, at: number): number {
    payload.writeUInt32BE(++this.#sent, at);
    return this.#sent;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets.values()) socket.close();
  }

  /** Waits until every queue has let its frames go, and no tap has seen one meanwhile. */
  async #quiet(): Promise<void> {
    const quiet = quietIn(this.#lab, 'frames');
    // A machine that is too busy gets round to it in the end, or the test runs out of time.
    for (let before = -1, busy: string | undefined; busy || quiet.seen() !== before; ) {
      before = quiet.seen() ?? 0;
      busy = await quiet.drained();
    }
  }

  /**
   * Reads what the kernel made of a frame: once what the model says is there, and whatever else waited in a queue has come out.
   */
  async #expect(model: readonly string[], read: () => string[]): Promise<string[]> {
    const wanted = model.filter((line) => !line.startsWith('unknown'));
    await until(() => has(read(), wanted));
    await this.#empty();
    return read().sort();
  }

  /** Waits for what is in the queues that let no marker through: a frame of the referee's own leaves them last. */
  async #empty(): Promise<void> {
    const ways = entrances(this.#lab);
    for (const { by, listener, header } of ways) {
      const payload = Buffer.alloc(60);
      const mark = this.#mark(payload, 2);
      payload.writeUInt16BE(ETHERTYPE);
      const since = tapTime();
      const failure = FrameSocket.of(by.namespace).send(by, Buffer.concat([header, payload]));
      if (failure) throw new Error(failure.reason);
      const isOut = () => this.#passed(since, ({ bytes }) => markOf(bytes) === mark).includes(`in ${listener}`);
      if (!(await until(isOut))) throw new Error(`no broadcast from ${by} came to ${listener} within ${PATIENCE} ms`);
    }
    // The worker hands the copies to the processors' backlogs (macvlan_broadcast_one).
    if (ways.length > 0) await this.#quiet();
  }

  /** What the taps saw of a frame. */
  #passed(since: bigint, isIt: (frame: CapturedFrame) => boolean): string[] {
    return Capture.of(this.#lab)
      .since(since)
      .filter(isIt)
      .map(({ at, direction }) => `${direction} ${at}`);
  }

  /** Which stacks got it, and as what. */
  #heard(mark: number): string[] {
    return this.#lab.namespaces.flatMap(({ name }) => {
      const lines: string[] = [];
      const socket = this.#sockets.get(name);
      for (let received = socket?.receive(); received; received = socket?.receive()) {
        const { index, packetType } = readPacketSocketAddress(received.from);
        if (markOf(received.data) === mark) lines.push(`stack of ${name} ${index}: ${TYPES[packetType]}`);
      }
      return lines;
    });
  }
}

function frameOf(bytes: Buffer): Frame {
  const frame = readFrame(bytes);
  if (!frame) throw new Error('the frame is too short to be one');
  return frame;
}

/** Whether something came true in time. */
async function until(isTrue: () => boolean): Promise<boolean> {
  const deadline = now() + PATIENCE;
  while (!isTrue()) {
    if (now() >= deadline) return false;
    await new Promise<void>((resolve) => after(2, resolve));
  }
  return true;
}

/** Whether all of these lines are there, each as often. */
function has(lines: readonly string[], wanted: readonly string[]): boolean {
  const count = (all: readonly string[], line: string) => all.filter((each) => each === line).length;
  return wanted.every((line) => count(lines, line) >= count(wanted, line));
}

function markOf(frame: Buffer): number | undefined {
  const bytes = withoutVlanTags(frame);
  if (bytes.readUInt16BE(12) === ETHERTYPE) return bytes.readUInt32BE(14);
  const packet = ipPacketOf(bytes);
  return packet?.protocol === PROTOCOL ? packet.payload.readUInt32BE() : undefined;
}

/** An IPv4 packet, which may be fragmented if it is said so. */
function packet4(
  packet: { source: string; destination: string; payload: Buffer },
  { hopLimit, mayFragment }: Packet,
): Buffer {
  const bytes = encodeIpv4({ ...packet, protocol: PROTOCOL });
  bytes.writeUInt8(hopLimit, 8);
  if (mayFragment) bytes.writeUInt16BE(0, 6);
  bytes.writeUInt16BE(0, 10);
  bytes.writeUInt16BE(checksum(bytes.subarray(0, 20)), 10);
  return bytes;
}

function twoBytes(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

function allGroups(index: number): Buffer {
  // struct packet_mreq: mr_ifindex, mr_type, mr_alen, mr_address
  const request = Buffer.alloc(16);
  s32(index).copy(request);
  request.writeUInt16LE(PACKET_MR_ALLMULTI, 4);
  return request;
}

const NOT_GIVEN = ['__dev_queue_xmit', 'noop_enqueue'];

/** A switch's bridge is no device that the lab taps. */
function linesOf({ namespaces }: Lab, prediction: Prediction): string[] {
  const tapped = ({ namespace, index }: Prediction['at']) =>
    namespaces.find(({ name }) => name === namespace)?.interfaces.find((device) => device.index === index);
  return stepsOf(prediction)
    .flatMap(({ at, frame, type, accepted, drops, unknown }) => {
      // What a device is not given to send no tap sees (dev_queue_xmit_nit).
      const device = drops.some(({ function: by }) => NOT_GIVEN.includes(by)) ? undefined : tapped(at);
      // Of a frame with a tag in its data a socket for its EtherType knows nothing.
      const isTagged = frame.tags.length > 1;
      const isOthers =
        !isTagged && drops.some(({ cause }) => ['neighbour.old-mac', 'vlan.missing'].includes(cause.code));
      return [
        ...(unknown ? [`unknown: ${unknown}`] : []),
        ...(device ? [`${at.direction} ${device}`] : []),
        ...(accepted || isOthers ? [`stack of ${at.namespace} ${at.index}: ${accepted ? type : 'otherhost'}`] : []),
      ];
    })
    .sort();
}
