import { fdbEntry } from '../state/entries/fdb-entry.ts';
import { haveState } from './have-state.ts';

export const toHaveFdbEntry = haveState('toHaveFdbEntry', fdbEntry);
