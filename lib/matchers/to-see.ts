import { checkInteger } from '../base/validate.ts';
import { type Interface, type Lab, type Namespace, UsageError } from '../lab/index.ts';
import { TapListener } from '../trace/tap-listener.ts';
import type { Assertion } from './assertion.ts';
import type { FrameQuestionOptions } from './frame-options.ts';
import { askByFrame } from './frame-question.ts';
import type { Answer } from './message.ts';

export interface ToSeeOptions extends FrameQuestionOptions {
  /**
   * The ids of the VLAN tags that the frame has when it arrives, the outermost first; an empty list for none.
   *
   * @default any
   */
  vlan?: number | readonly number[];
}

/** A frame comes in at a device, as `tcpdump -p -Q in` there would see it, whether or not a program gets it then. */
export async function toSee(
  this: Assertion,
  received: unknown,
  sender: Namespace | Interface,
  options: ToSeeOptions = {},
): Promise<Answer> {
  const { vlan } = options ?? {};
  const vlans = vlan === undefined ? undefined : [vlan].flat();
  const check = (title: string, { taps }: Lab) => {
    if (!taps) throw new UsageError(`${title}: toSee reads the lab's taps: createLab({ taps: true })`);
    for (const id of vlans ?? []) checkInteger(title, 'vlan', id ?? null, 0, 4095);
  };
  const listen = (to: Interface) => new TapListener(to, vlans);
  return askByFrame(
    this,
    { name: 'toSee', options: ['vlan'], check, isStack: false, tags: vlans, listen },
    received,
    sender,
    options,
  );
}
