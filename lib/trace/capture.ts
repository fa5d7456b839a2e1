import { realtimeNanoseconds } from '../kernel/clock.ts';
import type { Interface, Lab } from '../lab/index.ts';
import { markerOf } from '../wire/marker.ts';
import { frameIdentity } from './frame-identity.ts';

/** A frame at a device of the lab. */
export interface CapturedFrame {
  at: Interface;
  /** `out`: the device was given it to send. `in`: it came from the device. */
  direction: 'in' | 'out';
  nanoseconds: bigint;
  bytes: Buffer;
  originalLength: number;
  /** The same at every hop of one frame, and different for any other; made when it is first asked for. */
  readonly identity: string;
}

/** How many frames are kept, at most: the newest. */
const MOST_FRAMES = 50_000;

/** How many are read off one tap at once, at most: what a storm leaves behind is lost there, and counted. */
const MOST_A_DRAIN = 20_000;

/** Probes between two emptyings of the taps. A probe leaves some ten frames in each namespace, and a tap has room for hundreds. */
const PROBES_A_DRAIN = 8;

/** What the taps of a lab have seen. */
export class Capture {
  static readonly #ofLab = new WeakMap<Lab, Capture>();
  readonly #lab: Lab;
  /** What each emptying of the taps brought, oldest first; put in order only when somebody looks. */
  #batches: CapturedFrame[][] = [];
  #count = 0;
  /** Seen while the taps were being read: what belongs to them at other devices is not read yet. */
  #early: CapturedFrame[] = [];
  #probes = 0;
  #seen = 0;
  /** Where hairpin's own markers have come in: no part of the network's traffic. */
  readonly #markers = new Map<string, Set<Interface>>();
  #losses = 0;
  #forgotten = 0;

  static of(lab: Lab): Capture {
    const known = Capture.#ofLab.get(lab);
    if (known) return known;
    const made = new Capture(lab);
    Capture.#ofLab.set(lab, made);
    return made;
  }

  private constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Every frame that is kept, in the order of the kernel's clock. Reads the taps first. */
  frames(): readonly CapturedFrame[] {
    this.#drain();
    return this.#batches.flat().sort((a, b) => Number(a.nanoseconds - b.nanoseconds));
  }

  /** Frames that the taps had no room for, and that were dropped here for newer ones. */
  get losses(): { kernel: number; forgotten: number } {
    return { kernel: this.#losses, forgotten: this.#forgotten };
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

  /** Makes room in the taps now and then. Called before each probe, so it must cost next to nothing. */
  beforeProbe(): void {
    if (this.#probes++ % PROBES_A_DRAIN === PROBES_A_DRAIN - 1) this.#drain();
  }

  #drain(): void {
    // The taps are read one after the other, and traffic goes on meanwhile: only up to now all have been read.
    const until = realtimeNanoseconds();
    const added = this.#early;
    for (const namespace of this.#lab.namespaces) {
      if (!namespace.tap) continue;
      for (const { index, ...frame } of namespace.tap.drain(MOST_A_DRAIN)) {
        const at = namespace.interfaces.find((device) => device.index === index);
        // The loopback and a switch's own br0 are no part of any path.
        if (!at) continue;
        const mark = markerOf(frame.bytes);
        if (mark === undefined) {
          added.push(withIdentity({ at, ...frame }));
          this.#seen++;
        } else if (frame.direction === 'in') this.#markers.set(mark, (this.#markers.get(mark) ?? new Set()).add(at));
      }
      this.#losses += namespace.tap.takeLosses();
    }
    this.#early = added.filter(({ nanoseconds }) => nanoseconds > until);
    const complete = added.filter(({ nanoseconds }) => nanoseconds <= until);
    this.#batches.push(complete);
    this.#count += complete.length;
    while (this.#count > MOST_FRAMES) {
      const dropped = this.#batches.shift()?.length ?? 0;
      this.#count -= dropped;
      this.#forgotten += dropped;
    }
  }
}

function withIdentity(frame: Omit<CapturedFrame, 'identity'>): CapturedFrame {
  let identity: string | undefined;
  return {
    ...frame,
    get identity() {
      identity ??= frameIdentity(frame.bytes);
      return identity;
    },
  };
}
