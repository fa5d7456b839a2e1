import { now } from '../kernel/clock.ts';
import type { Interface } from '../lab/index.ts';
import type { SendFailure } from './asker.ts';
import { Ear } from './ear.ts';
import { FrameSocket } from './frame-socket.ts';
import type { Outcome } from './outcome.ts';
import type { Patience } from './patience.ts';
import { addressNeeded, type FrameEnd, type FrameKind, frameEnd, type TestFrame, testFrame } from './test-frame.ts';

/** Copies at once of one frame that no network without a loop makes. */
const MANY = 100;

/** What came of one frame. */
export interface HearResult {
  outcome: Extract<Outcome, 'answered' | 'lost' | 'unsent' | 'broken'>;
  copies: number;
  elapsed: number;
  reason?: string;
  /** The frame as it was sent. */
  frame: Buffer;
}

/**
 * Sends one frame and counts its copies at the receiver.
 *
 * @param join whether the receiver joins the group of `multicast`; without it, it does
 * @param until stop as soon as so many copies are there; `Infinity` waits for all that may come
 */
export async function hear(
  receiver: Interface,
  sender: Interface,
  kind: FrameKind,
  until: number,
  { milliseconds, quiet, onOpen, join }: Patience & { join?: boolean | undefined },
): Promise<HearResult> {
  await receiver.namespace.settled();
  const [from, to] = [frameEnd(sender), frameEnd(receiver)];
  using ear = new Ear(receiver, [kind], join);
  const frame = testFrame(kind, from, to, ear.port);
  // In a datagram it stands behind the header; other frames need no sign.
  onOpen?.({ mark: { at: 8, bytes: Buffer.from(frame.signature, 'hex') } });
  const started = now();
  const failure = sendFrame(from, frame);
  if (failure) return { ...failure, copies: 0, elapsed: 0, frame: frame.bytes };
  const deadline = started + milliseconds;
  let copies = ear.copies(frame.signature);
  // So many are a loop's, in which nothing becomes quiet.
  const isLoop = copies > MANY;
  const over = isLoop || (until === Number.POSITIVE_INFINITY && (await quiet?.(deadline)) === true);
  if (!isLoop) copies = ear.copies(frame.signature);
  while (!over && copies < until && now() < deadline) {
    await ear.wait(deadline - now());
    copies = ear.copies(frame.signature);
  }
  return { outcome: copies > 0 ? 'answered' : 'lost', copies, elapsed: now() - started, frame: frame.bytes };
}

/** The address that a kind of frame needs and an end lacks, as `IPv4`; undefined when all is there. */
export function missingAddress(device: Interface, kind: FrameKind): 'IPv4' | 'IPv6' | undefined {
  const needed = addressNeeded(kind);
  if (frameEnd(device)[needed] !== undefined) return undefined;
  return needed === 'ip4' ? 'IPv4' : 'IPv6';
}

/** Puts a frame on a device; why it could not leave, or undefined. */
export function sendFrame({ device }: FrameEnd, { bytes }: TestFrame): SendFailure | undefined {
  const { up, carrier } = device.state();
  if (!up) return { outcome: 'unsent', reason: `${device} is down` };
  if (!carrier) return { outcome: 'unsent', reason: `${device} has no carrier` };
  return FrameSocket.of(device.namespace).send(device, bytes);
}
