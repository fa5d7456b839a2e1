import type { CauseOf } from './cause.ts';
import { type Frame, type PacketType, packetType } from './frame.ts';
import { Learnt } from './learnt.ts';
import { sendToNeighbour } from './neighbour.ts';
import { type Device, type ModelState, type Network, networkOf } from './network.ts';
import type { Drop, Prediction, Step, Verdict } from './prediction.ts';
import { receive } from './receive.ts';
import { wouldHairpinHelp } from './reflection.ts';
import { transmit } from './transmit.ts';

/**
 * What a network in a given state does with a frame: every device that it and its copies pass, who gets it into its own
 * stack, and what keeps it from going anywhere else. It asks nobody and changes nothing; what the model does not know, it says.
 *
 * @param from where the frame is: `out` where a program sends it, `in` where a device has got it
 * @throws Error if there is no such device in the state
 */
export function predict(state: ModelState, frame: Frame, from: Step): Prediction {
  return follow(networkOf(state), frame, from);
}

function follow(network: Network, frame: Frame, from: Step): Prediction {
  const learnt = new Learnt();
  const root = stepOf({ to: from, frame });
  // One after another, as the kernel has them in its queues: what a bridge learns from one copy counts for the next.
  const waiting = [root];
  for (let count = 0; waiting.length > 0; count++) {
    const step = waiting.shift() as Building;
    if (count < MOST_STEPS) waiting.push(...proceed(network, step, learnt));
    else step.unknown = 'the frame goes round in a loop';
  }
  return root;
}

/** A frame whose copies pass as many devices goes round in a loop. */
const MOST_STEPS = 10_000;

/** A prediction that is being made. */
interface Building extends Prediction {
  readonly next: Building[];
  type?: PacketType | undefined;
  accepted: boolean;
  readonly drops: Drop[];
  unknown?: string | undefined;
}

function stepOf({ to, frame, type }: Omit<Extract<Verdict, { kind: 'on' }>, 'kind'>): Building {
  return { at: to, frame, type, next: [], accepted: false, drops: [] };
}

/** Adds what becomes of a frame at one device. */
function proceed(network: Network, step: Building, learnt: Learnt): readonly Building[] {
  const { at, frame } = step;
  const device = network.find(at);
  if (!device) throw new Error(`there is no device ${at.index} in ${at.namespace}`);
  const verdicts =
    at.direction === 'out' ? transmit(device, frame, learnt) : receive(device, frame, sort(step, device), learnt);
  for (const each of verdicts) {
    const verdict =
      each.kind === 'neighbour'
        ? sendToNeighbour(each.by, each.hop, each.frame, (question, from) => follow(network, question, from))
        : each;
    if (verdict.kind === 'on') step.next.push(stepOf(verdict));
    else if (verdict.kind === 'accept') step.accepted = true;
    else if (verdict.kind === 'unknown') step.unknown = verdict.why;
    else if (verdict.kind === 'drop') step.drops.push(dropOf(network, frame, verdict));
  }
  return step.next;
}

/** The type of a frame that comes in: what it came with, or what it is for the device (`eth_type_trans`). */
function sort(step: Building, { link }: Device): PacketType {
  step.type ??= packetType(step.frame, link.mac);
  return step.type;
}

function dropOf(network: Network, frame: Frame, { kind: _, ...drop }: Extract<Verdict, { kind: 'drop' }>): Drop {
  const port = drop.cause.code === 'bridge.hairpin-off' && network.find(drop.towards);
  if (!port) return drop;
  const facts = { port: port.name, wouldHelp: wouldHairpinHelp(port, frame, (from) => follow(network, frame, from)) };
  const cause: CauseOf<'bridge.hairpin-off'> = { code: 'bridge.hairpin-off', facts };
  return { ...drop, cause };
}
