import { now } from '../kernel/clock.ts';
import { entryOf } from '../kernel/entry-of.ts';
import { tapTime } from '../kernel/tap-clock.ts';
import type { Interface, Lab } from '../lab/index.ts';
import { type DeviceSessions, readSessions } from '../lab/sessions.ts';
import type { PeerSession } from '../links/link-description.ts';
import { contains, parsePrefix } from '../wire/ip-address.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { Capture } from './capture.ts';

/** A kernel worker asks, when it gets its turn. In milliseconds. */
const SLACK = 1000;

/** Kernel workers of both ends reckon with keys, each when it gets its turn. In milliseconds. */
const ANSWERED = 500;

/**
 * Knows whether tunnels of a lab still keep back packets of a question because they may not ask their peer for a session yet. Without
 * a session WireGuard keeps all packets (`staged_packet_queue`), and asks for one every 5 s at most. A handshake that was
 * lost before the question says nothing of the network as it is now; one that was lost during the question does.
 */
export class PendingSessions {
  readonly #lab: Lab;
  readonly #since = tapTime();
  readonly #began = now();
  /** How many bytes each peer had been sent when the question began. */
  readonly #sentBefore: ReadonlyMap<string, bigint>;
  /** When a peer was seen to have been asked since. */
  readonly #askedAt = new Map<string, number>();

  constructor(lab: Lab) {
    this.#lab = lab;
    const all = readSessions(lab).flatMap(({ device, peers }) => peers.map((peer) => [keyOf(device, peer), peer.sent]));
    this.#sentBefore = new Map(all as [string, bigint][]);
  }

  /** Whether a peer has yet to be asked for a session that the question needs, or may be about to answer. */
  areAwaited(): boolean {
    return readSessions(this.#lab).some((each) => this.#isAwaited(each));
  }

  /** A tunnel that got packets of the question, and has no session for them; undefined for none. */
  unanswered(): Interface | undefined {
    const isUnanswered = ({ device, peers }: DeviceSessions) =>
      this.#peersOf(device, peers).some(({ isMissing }) => isMissing);
    return readSessions(this.#lab).find(isUnanswered)?.device;
  }

  #isAwaited({ device, peers, askedAgainAfter }: DeviceSessions): boolean {
    const missing = this.#peersOf(device, peers).filter(({ isMissing }) => isMissing);
    return missing.some((peer) => !this.#hasHadItsTime(keyOf(device, peer), peer.sent, askedAgainAfter));
  }

  #hasHadItsTime(key: string, sent: bigint, askedAgainAfter: number): boolean {
    const isAsked = sent > (this.#sentBefore.get(key) ?? 0n);
    // What the kernel could not send counts for no bytes sent.
    if (!isAsked) return now() - this.#began > askedAgainAfter + SLACK;
    return now() - entryOf(this.#askedAt, key, now) > ANSWERED;
  }

  /** The peers that have been sent something since the question began; in a lab without taps, all of them. */
  #peersOf(device: Interface, peers: readonly PeerSession[]): readonly PeerSession[] {
    if (!this.#lab.taps || peers.every(({ isMissing }) => !isMissing)) return peers;
    const sent = Capture.of(this.#lab)
      .since(this.#since)
      .filter(({ at, direction }) => at === device && direction === 'out');
    const destinations = new Set(sent.map(({ bytes }) => ipPacketOf(withoutVlanTags(bytes))?.destination));
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
