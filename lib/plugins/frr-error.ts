import { hideOwnFrames } from '../base/own-frames.ts';
import { harmless } from '../base/visible-text.ts';

/** FRR refused a line or a command; its own words are in the message. */
export class FrrError extends Error {
  override readonly name = 'FrrError';

  constructor(message: string) {
    super(harmless(message));
    hideOwnFrames(this);
  }
}
