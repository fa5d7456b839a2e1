import { routeEntry } from '../state/entries/route-entry.ts';
import { haveState } from './have-state.ts';

export const toHaveRoute = haveState('toHaveRoute', routeEntry);
