import { entryOf } from '../base/entry-of.ts';
import type { CapturedFrame, Interface, Lab, Namespace } from '../lab/index.ts';
import { isGroupMessage } from '../wire/group-message.ts';
import { packetBehindTags } from '../wire/ip-packet.ts';
import { Capture } from './capture.ts';

/** The longest time that is believed of a hop, in milliseconds. After a longer time, the same bytes may be a new frame. */
const MOST = 1000;

/** The most frames that are looked through at once. In a storm they are copies of one frame. */
const MOST_FRAMES = 10_000;

const hopsOf = new WeakMap<Lab, { hops: SlowHops; until: bigint }>();

/**
 * How long the slowest host of a lab has been seen to keep a frame that it passed on unchanged, in milliseconds. The kernel takes a
 * millisecond at most. A program that was slow once may be as slow again.
 */
export function slowestHopIn(lab: Lab): number {
  const known = entryOf(hopsOf, lab, () => ({ hops: new SlowHops(), until: 0n }));
  const frames = Capture.of(lab)
    .since(known.until + 1n)
    .slice(-MOST_FRAMES);
  known.hops.look(frames);
  known.until = frames.at(-1)?.nanoseconds ?? known.until;
  return known.hops.slowest;
}

/** How long hosts keep the frames that they pass on. */
export class SlowHops {
  /** In milliseconds. */
  slowest = 0;
  /** When a frame first came to a namespace, by its identity; undefined once it has gone on. */
  readonly #came = new Map<Namespace, Map<string, bigint | undefined>>();
  /** What a namespace sent by a device without having got it. Only there it comes back: a switch that reflects sends it. */
  readonly #own = new Map<Interface, Set<string>>();

  /** @param frames in the order of time, none of which was looked at before */
  look(frames: readonly Pick<CapturedFrame, 'at' | 'direction' | 'identity' | 'nanoseconds' | 'bytes'>[]): void {
    for (const { at, direction, identity, nanoseconds, bytes } of frames) {
      const came = entryOf(this.#came, at.namespace, () => new Map<string, bigint | undefined>());
      const own = entryOf(this.#own, at, () => new Set<string>());
      if (direction === 'in') {
        const first = came.get(identity);
        // ARP and ND repeat a question byte for byte: the first to go out is the first that came in.
        const isFirst = first === undefined || milliseconds(nanoseconds - first) > MOST;
        if (isFirst && !own.has(identity)) came.set(identity, nanoseconds);
        continue;
      }
      const first = came.get(identity);
      if (first === undefined) {
        if (!came.has(identity)) own.add(identity);
        continue;
      }
      came.set(identity, undefined);
      const kept = milliseconds(nanoseconds - first);
      // A host repeats its reports of groups by itself (RFC 3376 section 8.14.1), and the first may come before a switch has its ports.
      const packet = packetBehindTags(bytes);
      if (kept > this.slowest && kept <= MOST && !(packet && isGroupMessage(packet))) this.slowest = kept;
    }
    for (const known of [...this.#came.values(), ...this.#own.values()]) if (known.size > MOST_FRAMES) known.clear();
  }
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}
