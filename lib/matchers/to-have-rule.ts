import { ruleEntry } from '../state/entries/rule-entry.ts';
import { haveState } from './have-state.ts';

export const toHaveRule = haveState('toHaveRule', ruleEntry);
