import { linkEntry } from '../state/entries/link-entry.ts';
import { haveState } from './have-state.ts';

export const toHaveLink = haveState('toHaveLink', linkEntry);
