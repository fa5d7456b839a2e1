import { neighbourEntry } from '../state/entries/neighbour-entry.ts';
import { haveState } from './have-state.ts';

export const toHaveNeighbour = haveState('toHaveNeighbour', neighbourEntry);
