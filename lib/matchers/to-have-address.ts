import { checkPrefix } from '../base/validate.ts';
import { addressEntry } from '../state/entries/address-entry.ts';
import { haveState } from './have-state.ts';

/** A text stands for an address, with or without the length of its prefix. */
export const toHaveAddress = haveState('toHaveAddress', addressEntry, (call, expected) => {
  if (typeof expected !== 'string') return expected;
  const { address, length } = checkPrefix(call, 'address', expected);
  return expected.includes('/') ? { address, length } : { address };
});
