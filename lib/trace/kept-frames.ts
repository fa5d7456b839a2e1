import type { CapturedFrame, Namespace } from '../lab/index.ts';

/** How many frames are kept, at most. */
const MOST_FRAMES = 50_000;

/** So many are left when there are more, so that not each emptying of the taps has to make room. */
const FRAMES_LEFT = 40_000;

/** Frames in the order of the kernel's clock. There is room for so many: when it is used up, some are forgotten. */
export class KeptFrames {
  /** What each emptying of the taps brought, and until when; put in order only when somebody looks. */
  #batches: { until: bigint; frames: CapturedFrame[] }[] = [];
  #count = 0;
  #forgotten = 0;
  #following = 0;
  /** How many were kept when somebody began to follow. */
  #countBefore = 0;
  readonly #onForget: (namespace: Namespace, until: bigint) => void;

  /** @param onForget called for a namespace whose frames are forgotten, with the time of the last of them */
  constructor(onForget: (namespace: Namespace, until: bigint) => void) {
    this.#onForget = onForget;
  }

  get all(): CapturedFrame[] {
    return this.#batches.flatMap(({ frames }) => frames).sort(byTime);
  }

  /** How many frames were forgotten until now. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Those of a time and later. */
  since(nanoseconds: bigint): CapturedFrame[] {
    const before = this.#batches.findLastIndex(({ until }) => until < nanoseconds);
    const batches = this.#batches.slice(before + 1);
    return batches.flatMap(({ frames }) => frames.filter((frame) => frame.nanoseconds >= nanoseconds)).sort(byTime);
  }

  /**
   * Keeps the oldest frames from now on, rather than the newest: in a storm a path is lost with its beginning. The
   * function returned ends it.
   */
  follow(): () => void {
    if (this.#following++ === 0) this.#countBefore = this.#count;
    return () => this.#following--;
  }

  /** @param until no frame that is added later is older than this, in nanoseconds */
  add(added: CapturedFrame[], until: bigint): void {
    const frames = this.#following > 0 ? this.#oldest(added) : added;
    if (frames.length > 0) this.#batches.push({ until, frames });
    this.#count += frames.length;
    if (this.#following === 0 && this.#count > MOST_FRAMES) this.#forget();
  }

  /** As many as there is room for, besides those from before. */
  #oldest(frames: CapturedFrame[]): CapturedFrame[] {
    const room = Math.max(0, this.#countBefore + MOST_FRAMES - this.#count);
    if (frames.length <= room) return frames;
    this.#forgotten += frames.length - room;
    frames.sort(byTime);
    for (const { at, nanoseconds } of frames.slice(room)) this.#onForget(at.namespace, nanoseconds);
    return frames.slice(0, room);
  }

  /** Forgets the oldest frames of the namespaces that have most: a flood is not to push out what others have seen. */
  #forget(): void {
    const kept = Map.groupBy(
      this.#batches.flatMap(({ frames }) => frames),
      ({ at }) => at.namespace,
    );
    const share = fairShare(
      [...kept.values()].map(({ length }) => length),
      FRAMES_LEFT,
    );
    const forgotten = new Map<Namespace, bigint>();
    for (const [namespace, frames] of kept) {
      const last = frames[frames.length - share - 1]?.nanoseconds;
      if (last === undefined) continue;
      forgotten.set(namespace, last);
      this.#onForget(namespace, last);
    }
    const isKept = ({ at, nanoseconds }: CapturedFrame) => nanoseconds > (forgotten.get(at.namespace) ?? 0n);
    this.#batches = this.#batches
      .map(({ until, frames }) => ({ until, frames: frames.filter(isKept) }))
      .filter(({ frames }) => frames.length > 0);
    const before = this.#count;
    this.#count = this.#batches.reduce((sum, { frames }) => sum + frames.length, 0);
    this.#forgotten += before - this.#count;
  }
}

/** How many frames each namespace may have, for so many in all: one that has fewer leaves its room to the others. */
function fairShare(counts: number[], all: number): number {
  let [share, room] = [all, all];
  for (const [at, count] of counts.sort((a, b) => a - b).entries()) {
    share = Math.floor(room / (counts.length - at));
    room -= Math.min(count, share);
  }
  return share;
}

function byTime(a: CapturedFrame, b: CapturedFrame): number {
  return Number(a.nanoseconds - b.nanoseconds);
}
