import { inspect } from 'node:util';
import { visible } from '../base/visible-text.ts';
import type { TappedFrame } from '../kernel/taps/tap-socket.ts';
import type { CapturedFrame, Interface } from '../lab/index.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import { frameIdentity } from '../wire/frame-identity.ts';

/** A frame as a tap has seen it. Its identity is made only when it is asked for: most frames are never looked at. */
export class Sighting implements CapturedFrame {
  readonly at: Interface;
  readonly direction: 'in' | 'out';
  readonly packetType: number;
  readonly nanoseconds: bigint;
  readonly bytes: Buffer;
  readonly originalLength: number;
  #identity: string | undefined;

  constructor(at: Interface, { direction, packetType, nanoseconds, bytes, originalLength }: TappedFrame) {
    this.at = at;
    this.direction = direction;
    this.packetType = packetType;
    this.nanoseconds = nanoseconds;
    this.bytes = bytes;
    this.originalLength = originalLength;
  }

  get identity(): string {
    this.#identity ??= frameIdentity(this.bytes);
    return this.#identity;
  }

  /** `sw/p0 in: ARP who-has 10.0.0.2 tell 10.0.0.1`, for `console.log` and for vitest's messages. */
  [inspect.custom](): string {
    return visible(`${this.at} ${this.direction}: ${describeFrame(this.bytes)}`);
  }
}
