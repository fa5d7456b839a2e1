import { vlanEntry } from '../state/entries/vlan-entry.ts';
import { haveState } from './have-state.ts';

/** A number stands for a VLAN's id. */
export const toHaveVlan = haveState('toHaveVlan', vlanEntry, (_, expected) =>
  typeof expected === 'number' ? { id: expected } : expected,
);
