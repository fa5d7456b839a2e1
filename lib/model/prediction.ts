import type { LinkPlace } from '../state/network-state.ts';
import type { Cause } from './cause.ts';
import type { Frame, PacketType } from './frame.ts';
import type { Device } from './network.ts';

/** A device that a frame passes: in from its wire or from the device below, or out to it. */
export interface Step extends LinkPlace {
  readonly direction: 'in' | 'out';
}

/** What becomes of a frame at one device, and of its copies behind it. */
export interface Prediction {
  readonly at: Step;
  /** The frame as it is here. */
  readonly frame: Frame;
  /** On the way in: how the kernel sorted it. */
  readonly type?: PacketType | undefined;
  /** Where it goes from here, a copy each. */
  readonly next: readonly Prediction[];
  /** The namespace's own stack gets a copy from this device. */
  readonly accepted: boolean;
  /** What keeps it from going on. A flooding bridge has one for each port that it does not send to. */
  readonly drops: readonly Drop[];
  /** Why the model does not know what becomes of it here, or of some of its copies. */
  readonly unknown?: string | undefined;
}

/** A copy that is dropped, or is never made. */
export interface Drop {
  readonly cause: Cause;
  /** The kernel function that decides. */
  readonly function: string;
  /** `SKB_DROP_REASON_*`, where the kernel gives one. Frames that are just not copied have none. */
  readonly reason?: string | undefined;
  /** The device that does not get a copy; undefined: nobody gets this one. */
  readonly towards?: LinkPlace | undefined;
}

/** The devices whose own stack gets a copy, once for each copy. */
export function heardBy(prediction: Prediction): readonly Step[] {
  return stepsOf(prediction).flatMap(({ accepted, at }) => (accepted ? at : []));
}

/** A prediction with all that follow from it. */
export function stepsOf(prediction: Prediction): readonly Prediction[] {
  return [prediction, ...prediction.next.flatMap(stepsOf)];
}

/** What a device does with a frame; a list of these says it all. */
export type Verdict =
  | { readonly kind: 'on'; readonly to: Step; readonly frame: Frame; readonly type?: PacketType | undefined }
  | ({ readonly kind: 'drop' } & Drop)
  /** The rx_handler leaves the frame to the rest of the receive path (`RX_HANDLER_PASS`). */
  | { readonly kind: 'pass' }
  /** The namespace's own stack gets it. */
  | { readonly kind: 'accept' }
  /** The namespace's stack sends a packet by a device to a neighbour, whose MAC address it has to know. */
  | { readonly kind: 'neighbour'; readonly by: Device; readonly hop: string; readonly frame: Frame }
  | { readonly kind: 'unknown'; readonly why: string };

/** A device receives a copy from its wire, or from below. Without a type the device sorts it (`eth_type_trans`). */
export function receiveOn({ namespace, index }: LinkPlace, frame: Frame, type?: PacketType): Verdict {
  return { kind: 'on', to: { namespace, index, direction: 'in' }, frame, type };
}

/** A device is given a copy to transmit (`dev_queue_xmit`). */
export function transmitOn({ namespace, index }: LinkPlace, frame: Frame): Verdict {
  return { kind: 'on', to: { namespace, index, direction: 'out' }, frame };
}

export function toNeighbour(by: Device, hop: string, frame: Frame): Verdict {
  return { kind: 'neighbour', by, hop, frame };
}

export function drop(cause: Cause, where: string, { reason, towards }: Pick<Drop, 'reason' | 'towards'> = {}): Verdict {
  const to = towards && { namespace: towards.namespace, index: towards.index };
  return { kind: 'drop', cause, function: where, reason, towards: to };
}

export const PASS: Verdict = { kind: 'pass' };
export const ACCEPT: Verdict = { kind: 'accept' };

export function unknown(why: string): Verdict {
  return { kind: 'unknown', why };
}

/** Of a device whose other end the model does not know. */
export function leadsAway(device: Device): Verdict {
  return unknown(`the model does not know what ${device} leads to`);
}
