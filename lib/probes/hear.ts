import { now } from '../kernel/clock.ts';
import type { Interface } from '../lab/index.ts';
import type { SendFailure } from './asker.ts';
import { Ear } from './ear.ts';
import { FrameSocket } from './frame-socket.ts';
import { keepAsking } from './keep-asking.ts';
import type { Outcome } from './outcome.ts';
import { LAST_CHANCE, type Patience } from './patience.ts';
import { linkFault } from './source.ts';
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
 * @param wanted while fewer copies have come, `within` is how long they are waited for, in milliseconds
 */
export async function hear(
  receiver: Interface,
  sender: Interface,
  kind: FrameKind,
  until: number,
  {
    join,
    wanted = 0,
    within = 0,
    ...patience
  }: Patience & { join?: boolean | undefined; wanted?: number; within?: number },
): Promise<HearResult> {
  await receiver.namespace.settled();
  const [from, to] = [frameEnd(sender), frameEnd(receiver)];
  using ear = new Ear(receiver, [kind], join);
  const frame = testFrame(kind, from, to, ear.port);
  // In a datagram it stands behind the header; other frames need no sign.
  patience.onOpen?.({ mark: { at: 8, bytes: Buffer.from(frame.signature, 'hex') } });
  const started = now();
  let copies = 0;
  let unsent: SendFailure | undefined;
  const broken = await keepAsking(
    {
      once: true,
      send() {
        unsent = sendFrame(from, frame);
      },
      read() {
        copies = ear.copies(frame.signature);
        // So many are a loop's, in which nothing becomes quiet.
        return unsent !== undefined || copies >= until || copies > MANY;
      },
      wait: (milliseconds) => ear.wait(milliseconds),
      milliseconds() {
        if (copies >= wanted) return patience.milliseconds;
        return patience.isHopeless?.() ? Math.min(within, LAST_CHANCE) : Math.max(within, patience.milliseconds);
      },
    },
    patience,
  );
  const result = { copies, elapsed: now() - started, frame: frame.bytes };
  if (unsent) return { ...result, ...unsent, elapsed: 0 };
  // What came has come, whatever was lost besides.
  if (broken !== undefined && copies <= wanted) return { ...result, outcome: 'broken', reason: broken };
  return { ...result, outcome: copies > 0 ? 'answered' : 'lost' };
}

/** The address that a kind of frame needs and an end lacks, as `IPv4`; undefined when all is there. */
export function missingAddress(device: Interface, kind: FrameKind): 'IPv4' | 'IPv6' | undefined {
  const needed = addressNeeded(kind);
  if (frameEnd(device)[needed] !== undefined) return undefined;
  return needed === 'ip4' ? 'IPv4' : 'IPv6';
}

/** Puts a frame on a device; why it could not leave, or undefined. */
export function sendFrame({ device }: FrameEnd, { bytes }: TestFrame): SendFailure | undefined {
  const fault = linkFault(device);
  if (fault) return { outcome: 'unsent', reason: `${device} ${fault}` };
  return FrameSocket.of(device.namespace).send(device, bytes);
}
