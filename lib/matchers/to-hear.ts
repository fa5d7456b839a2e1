import { checkBoolean, show } from '../base/validate.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import type { Assertion } from './assertion.ts';
import type { FrameQuestionOptions } from './frame-options.ts';
import { askByFrame } from './frame-question.ts';
import type { Answer } from './message.ts';

export interface ToHearOptions extends FrameQuestionOptions {
  /** For `multicast`: whether hairpin joins the group on the receiver; false leaves it to the receiver's own programs. @default true */
  join?: boolean;
}

/**
 * The receiver's own stack gets a frame. One of hairpin's kinds over IP is heard by a socket behind the receiver's IP; one
 * of your own by a handler of its EtherType, whatever IP does with it then.
 */
export async function toHear(
  this: Assertion,
  received: unknown,
  sender: Namespace | Interface,
  options: ToHearOptions = {},
): Promise<Answer> {
  const { join } = options ?? {};
  const check = (title: string, _: unknown, frame: unknown) => {
    checkBoolean(title, 'join', join);
    if (join !== undefined && frame !== 'multicast')
      throw new UsageError(`${title}: join belongs to frame: 'multicast': received frame: ${show(frame)}`);
  };
  return askByFrame(this, { name: 'toHear', options: ['join'], check, isStack: true, join }, received, sender, options);
}
