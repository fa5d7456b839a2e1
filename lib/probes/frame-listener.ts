import type { TestFrame } from './test-frame.ts';

/** Counts the copies of frames at a receiver. */
export interface FrameListener extends Disposable {
  /** The UDP port that datagrams for it go to. */
  readonly port: number;
  /** How many copies of a frame have come so far. */
  copies(frame: TestFrame): number;
  /** Waits until there may be something new, at most so many milliseconds. */
  wait(milliseconds: number): Promise<void>;
  /** Why some copies may not have been counted; undefined when all were. */
  missed?(): string | undefined;
}
