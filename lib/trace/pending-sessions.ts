import { entryOf } from '../base/entry-of.ts';
import { now } from '../kernel/clock.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import { type DeviceSessions, readSessions } from '../lab/engines/sessions.ts';
import type { CapturedFrame, Interface, Lab, Namespace } from '../lab/index.ts';
import { routeIfAny } from '../lab/tables/route-to.ts';
import type { PeerSession } from '../links/link-description.ts';
import { contains, parsePrefix } from '../wire/ip-address.ts';
import { packetBehindTags } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { decodeUdp, type UdpDatagram } from '../wire/udp.ts';
import { Capture } from './capture.ts';

/** A kernel worker asks, when it gets its turn. In milliseconds. */
const SLACK = 1000;

/** Kernel workers of both ends reckon with keys, each when it gets its turn. In milliseconds. */
const ANSWERED = 500;

/**
 * Knows whether tunnels of a lab still keep back packets of a question because they may not ask their peer for a session yet. Without
 * a session WireGuard keeps all packets (`staged_packet_queue`), and asks for one every 5 s at most. A handshake that was
 * lost before the question says nothing of the network as it is now; one that was lost during the question does.
 *
 * A device that goes down forgets its sessions (`wg_stop`), and no time of a handshake shows it. The taps do: it sends no packets, or cannot
 * decrypt those that come. The other end goes on with the keys of the session until it has had no answer for 15 s.
 */
export class PendingSessions {
  readonly #lab: Lab;
  readonly #since = tapTime();
  readonly #began = now();
  /** What of each peer was known when the question began. */
  readonly #before: ReadonlyMap<string, PeerSession>;
  /** When a peer was seen to have been asked since. */
  readonly #askedAt = new Map<string, number>();

  constructor(lab: Lab) {
    this.#lab = lab;
    const all = readSessions(lab).flatMap(({ device, peers }) =>
      peers.map((peer) => [keyOf(device, peer), peer] as const),
    );
    this.#before = new Map(all);
  }

  /** Whether a peer has yet to be asked for a session that the question needs, or may be about to answer. */
  areAwaited(): boolean {
    const all = readSessions(this.#lab);
    return all.some((each) => this.#isAwaited(each, all));
  }

  /** A tunnel that got packets of the question, and has no session for them; undefined for none. */
  unanswered(): Interface | undefined {
    const isUnanswered = ({ device, peers }: DeviceSessions) =>
      peers.some(({ isMissing }) => isMissing) && this.#peersOf(device, peers).some(({ isMissing }) => isMissing);
    return readSessions(this.#lab).find(isUnanswered)?.device;
  }

  #isAwaited(end: DeviceSessions, all: readonly DeviceSessions[]): boolean {
    const { device, peers, askedAgainAfter, renewedAfter } = end;
    return this.#peersOf(device, peers).some((peer) => {
      if (peer.isMissing || this.#sendsNothing(end, peer))
        return !this.#hasHadItsTime(keyOf(device, peer), peer.sent, askedAgainAfter);
      return this.#isNotUnderstood(end, peer, all) && now() - this.#began <= renewedAfter + SLACK;
    });
  }

  /** Whether a device has got packets of the question, and could have sent them, but sent none on: it has no keys any more. */
  #sendsNothing({ device: { namespace }, port, dataMessage }: DeviceSessions, { endpoint }: PeerSession): boolean {
    if (!this.#lab.taps || endpoint === undefined) return false;
    const sent = this.#datagrams('out', namespace);
    if (sent.some(({ sourcePort, payload }) => sourcePort === port && payload[0] === dataMessage)) return false;
    return routeIfAny(namespace, endpoint) !== undefined;
  }

  /** Whether the other end has got packets of the question since it began, and could decrypt none. */
  #isNotUnderstood({ name }: DeviceSessions, peer: PeerSession, all: readonly DeviceSessions[]): boolean {
    return all.some(({ device, peers, port, dataMessage, ...other }) => {
      const back = other.name === peer.name ? peers.find((each) => each.name === name) : undefined;
      if (!back || back.received > (this.#before.get(keyOf(device, back))?.received ?? 0n)) return false;
      const came = this.#datagrams('in', device.namespace);
      return came.some(({ destinationPort, payload }) => destinationPort === port && payload[0] === dataMessage);
    });
  }

  #datagrams(wanted: CapturedFrame['direction'], namespace: Namespace): UdpDatagram[] {
    return Capture.of(this.#lab)
      .since(this.#since)
      .filter(({ at, direction }) => at.namespace === namespace && direction === wanted)
      .flatMap(({ bytes }) => {
        const packet = packetBehindTags(bytes);
        return packet?.protocol === IP_PROTOCOL.udp ? (decodeUdp(packet.payload) ?? []) : [];
      });
  }

  #hasHadItsTime(key: string, sent: bigint, askedAgainAfter: number): boolean {
    const isAsked = sent > (this.#before.get(key)?.sent ?? 0n);
    // What the kernel could not send counts for no bytes sent.
    if (!isAsked) return now() - this.#began > askedAgainAfter + SLACK;
    return now() - entryOf(this.#askedAt, key, now) > ANSWERED;
  }

  /** The peers that have been sent something since the question began; in a lab without taps, all of them. */
  #peersOf(device: Interface, peers: readonly PeerSession[]): readonly PeerSession[] {
    if (!this.#lab.taps) return peers;
    const sent = Capture.of(this.#lab)
      .since(this.#since)
      .filter(({ at, direction }) => at === device && direction === 'out');
    const destinations = new Set(sent.map(({ bytes }) => packetBehindTags(bytes)?.destination));
    return [...destinations].flatMap((address) => (address === undefined ? [] : (peerFor(address, peers) ?? [])));
  }
}

/** Whose the longest of the networks is that an address is in (`wg_allowedips_lookup_dst`). */
function peerFor(address: string, peers: readonly PeerSession[]): PeerSession | undefined {
  const lengthAt = ({ networks }: PeerSession) =>
    Math.max(
      -1,
      ...networks.flatMap((network) => {
        const prefix = parsePrefix(network);
        return prefix && contains(prefix, address) ? prefix.length : [];
      }),
    );
  const [first] = peers
    .map((peer) => ({ peer, length: lengthAt(peer) }))
    .filter(({ length }) => length >= 0)
    .sort((one, other) => other.length - one.length);
  return first?.peer;
}

function keyOf(device: Interface, { name }: PeerSession): string {
  return `${device} ${name}`;
}
