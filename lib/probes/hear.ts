import { now } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface } from '../lab/index.ts';
import type { SendFailure } from './asker.ts';
import { EtherTypeListener } from './ether-type-listener.ts';
import type { FrameListener } from './frame-listener.ts';
import { FrameSocket } from './frame-socket.ts';
import { keepAsking } from './keep-asking.ts';
import type { Outcome } from './outcome.ts';
import { LAST_CHANCE, type Patience } from './patience.ts';
import { linkFault } from './source.ts';
import { StackListener } from './stack-listener.ts';
import { type FrameEnd, type FrameOption, frameEnd, isFrameKind, type TestFrame, testFrame } from './test-frame.ts';

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

/** Which frame is to come where. */
export interface FrameQuestion {
  from: Interface;
  to: Interface;
  frame: FrameOption;
  /** Of `multicast`: whether the receiver joins the group. @default true */
  join?: boolean | undefined;
  /** What counts the copies. @default the receiver's own stack */
  listen?: ((to: Interface) => FrameListener) | undefined;
}

/**
 * Sends one frame and counts its copies at the receiver.
 *
 * @param until stop as soon as so many copies are there; `Infinity` waits for all that may come
 * @param wanted while fewer copies have come, `within` is how long they are waited for, in milliseconds
 */
export async function hear(
  question: FrameQuestion,
  until: number,
  { wanted = 0, within = 0, ...patience }: Patience & { wanted?: number; within?: number },
): Promise<HearResult> {
  await engineOf(question.to.namespace).usable();
  const [from, to] = [frameEnd(question.from), frameEnd(question.to)];
  using listener = listenerOf(question, from, to);
  const frame = testFrame(question.frame, from, to, listener.port);
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
        copies = listener.copies(frame);
        // So many are a loop's, in which nothing becomes quiet.
        return unsent !== undefined || copies >= until || copies > MANY;
      },
      wait: (milliseconds) => listener.wait(milliseconds),
      milliseconds() {
        if (copies >= wanted) return patience.milliseconds;
        return patience.isHopeless?.() ? Math.min(within, LAST_CHANCE) : Math.max(within, patience.milliseconds);
      },
    },
    patience,
  );
  const missed = copies <= wanted ? listener.missed?.() : undefined;
  const result = { copies, elapsed: now() - started, frame: frame.bytes };
  if (unsent) return { ...result, ...unsent, elapsed: 0 };
  // What came has come, whatever was lost besides.
  const unknown = broken ?? missed;
  if (unknown !== undefined && copies <= wanted) return { ...result, outcome: 'broken', reason: unknown };
  return { ...result, outcome: copies > 0 ? 'answered' : 'lost' };
}

function listenerOf({ frame, join, listen, to }: FrameQuestion, from: FrameEnd, end: FrameEnd): FrameListener {
  if (listen) return listen(to);
  if (isFrameKind(frame)) return new StackListener(to, [frame], join);
  return new EtherTypeListener(to, testFrame(frame, from, end, 0).bytes);
}

/** Puts a frame on a device; why it could not leave, or undefined. */
export function sendFrame({ device }: FrameEnd, { bytes }: TestFrame): SendFailure | undefined {
  const fault = linkFault(device);
  if (fault) return { outcome: 'unsent', reason: `${device} ${fault}` };
  return FrameSocket.of(device.namespace).send(device, bytes);
}
