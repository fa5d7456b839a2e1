import { mdbEntry } from '../state/entries/mdb-entry.ts';
import { haveState } from './have-state.ts';

export const toHaveMdbEntry = haveState('toHaveMdbEntry', mdbEntry);
