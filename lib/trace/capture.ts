import { entryOf } from '../base/entry-of.ts';
import { firstReady } from '../base/first-ready.ts';
import { now } from '../kernel/clock.ts';
import { LOOPBACK_IFINDEX } from '../kernel/constants.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import type { TappedFrame, TapSocket } from '../kernel/taps/tap-socket.ts';
import { deviceAt } from '../lab/device-at.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import { type CapturedFrame, type Interface, type Lab, type Namespace, Switch } from '../lab/index.ts';
import { STORM } from '../probes/noise.ts';
import { markerOf } from '../wire/marker.ts';
import { KeptFrames } from './kept-frames.ts';
import { Sighting } from './sighting.ts';

/** How many are read off one tap at once, at most: in a storm more come than can be read. */
const MOST_A_DRAIN = 20_000;

/** Probes between two emptyings of the taps. A probe leaves some ten frames in each namespace, and a tap has room for hundreds. */
const PROBES_A_DRAIN = 8;

/** What the taps of a lab have seen. */
export class Capture {
  static readonly #ofLab = new WeakMap<Lab, Capture>();
  readonly #lab: Lab;
  readonly #kept = new KeptFrames((namespace, until) => this.#miss(namespace, until));
  /** Seen while the taps were being read: what belongs to them at other devices is not read yet. */
  #early: CapturedFrame[] = [];
  #probes = 0;
  #seen = 0;
  /** Where hairpin's own markers have come in: no part of the network's traffic. */
  readonly #markers = new Map<string, Set<Interface>>();
  /** Until when frames of a namespace are missing: its tap had no room, they were not read yet, or they were forgotten. */
  readonly #missed = new Map<Namespace, bigint>();
  #losses = 0;

  static of(lab: Lab): Capture {
    return entryOf(Capture.#ofLab, lab, () => new Capture(lab));
  }

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Every frame that is kept, in the order of the kernel's clock. Reads the taps first. */
  frames(): readonly CapturedFrame[] {
    this.#drain();
    return this.#kept.all;
  }

  /** The frames that were seen since a time, in the order of the kernel's clock. Reads the taps first. */
  since(nanoseconds: bigint): CapturedFrame[] {
    this.#drain();
    return this.#kept.since(nanoseconds);
  }

  /** Frames that the taps had no room for, and that were dropped here for newer ones. */
  get losses(): { kernel: number; forgotten: number } {
    return { kernel: this.#losses, forgotten: this.#kept.forgotten };
  }

  /** How often a frame has been seen at a device until now, markers aside. Reads the taps first. */
  seen(): number {
    this.#drain();
    return this.#seen;
  }

  /** Whether a marker has come in at a device. Reads the taps first. */
  hasMarker(mark: string, at: Interface): boolean {
    this.#drain();
    return this.#markers.get(mark)?.has(at) === true;
  }

  /**
   * Keeps the oldest frames from now on, rather than the newest: in a storm a path is lost with its beginning. The
   * function returned ends it.
   */
  follow(): () => void {
    this.#drain();
    return this.#kept.follow();
  }

  /**
   * Whether all that passed a namespace since a time is known: its tap had room for it, at devices that the lab knows, and
   * it is still kept. Reads the taps first.
   */
  isWhole(namespace: Namespace, since: bigint): boolean {
    this.#drain();
    return engineOf(namespace).tap !== undefined && (this.#missed.get(namespace) ?? 0n) < since;
  }

  /** Makes room in the taps now and then. Called before each probe, so it must cost next to nothing. */
  beforeProbe(): void {
    if (this.#probes++ % PROBES_A_DRAIN === PROBES_A_DRAIN - 1) this.#drain();
  }

  /**
   * Waits until no tap has seen anything for a while, so that what is under way has arrived.
   *
   * @param quiet how long, in milliseconds
   * @param within how long at most: traffic of its own accord, such as a loop's, does not end
   */
  async settle({ quiet, within }: { quiet: number; within: number }): Promise<void> {
    const deadline = now() + within;
    let read = this.#drain();
    // In a storm, reading on would push the first frames out.
    while (now() < deadline && read < STORM) {
      await this.hear(quiet);
      const more = this.#drain();
      if (more === 0) return;
      read += more;
    }
  }

  /** Waits until a tap may have something new, at most so many milliseconds. */
  async hear(milliseconds: number): Promise<void> {
    const taps = enginesOf(this.#lab.namespaces).flatMap(({ tap }) => tap ?? []);
    if (taps.length === 0) return;
    await firstReady(taps.map((tap) => (signal) => tap.readable(milliseconds, signal)));
  }

  /** Returns how many frames there were. */
  #drain(): number {
    // The taps are read one after the other, and traffic goes on meanwhile: only up to now all have been read.
    const until = tapTime();
    const added = this.#early;
    const known = added.length;
    for (const namespace of this.#lab.namespaces) {
      const { tap } = engineOf(namespace);
      if (!tap) continue;
      added.push(...this.#read(namespace, tap));
      const lost = tap.takeLosses();
      this.#losses += lost;
      if (lost > 0) this.#miss(namespace, until);
    }
    const read = added.length - known;
    this.#early = added.filter(({ nanoseconds }) => nanoseconds > until);
    const complete = added.filter(({ nanoseconds }) => nanoseconds <= until);
    this.#kept.add(complete, until);
    return read;
  }

  /** What one tap has, of the network's traffic. */
  #read(namespace: Namespace, tap: TapSocket): CapturedFrame[] {
    const frames: CapturedFrame[] = [];
    const tapped = tap.drain(MOST_A_DRAIN);
    if (tapped.length >= MOST_A_DRAIN) this.#miss(namespace, tapTime());
    const isKnown = ({ index }: TappedFrame) =>
      // The loopback and a switch's own br0 are no part of any path.
      index === LOOPBACK_IFINDEX || isBridgeOf(namespace, index) || deviceAt(namespace, index) !== undefined;
    // A program made the device since, and it may be gone by the time that somebody else looks for it.
    if (!engineOf(this.#lab).isPristine && !this.#lab.closed && !tapped.every(isKnown)) this.#lab.discover();
    for (const frame of tapped) {
      const at = deviceAt(namespace, frame.index);
      if (!at) {
        if (!isKnown(frame)) this.#miss(namespace, frame.nanoseconds);
        continue;
      }
      const mark = markerOf(frame.bytes);
      if (mark === undefined) {
        frames.push(new Sighting(at, frame));
        this.#seen++;
      } else if (frame.direction === 'in') entryOf(this.#markers, mark, () => new Set()).add(at);
    }
    return frames;
  }

  #miss(namespace: Namespace, until: bigint): void {
    if (until > (this.#missed.get(namespace) ?? 0n)) this.#missed.set(namespace, until);
  }
}

function isBridgeOf(namespace: Namespace, index: number): boolean {
  return namespace instanceof Switch && index === engineOf(namespace).bridge;
}
