import { addMacvlanPair, type Lab, type MacvlanPairOptions } from '../lib/lab/index.ts';
import { reach } from '../lib/probes/reach.ts';
import { quietIn } from '../lib/trace/quiescence.ts';

/** The matchers' own: `toReach` asks for so long at most, `.not.toReach` holds for at most so long. */
export const [WITHIN, HOLD] = [1000, 100];

export const PLACES = ['peer', 'gateway', 'neighbour', 'parent'] as const;
export type Place = (typeof PLACES)[number];

export interface Case {
  name: string;
  options: MacvlanPairOptions;
  /** Whom ns1 does not reach. */
  walled: readonly Place[];
}

export const CASES: readonly Case[] = [
  { name: 'bridge', options: { mode: 'bridge', promiscuous: true }, walled: ['parent'] },
  { name: 'private', options: { mode: 'private', promiscuous: true }, walled: ['peer', 'parent'] },
  { name: 'vepa', options: { mode: 'vepa', promiscuous: true }, walled: ['peer', 'parent'] },
  { name: 'vepa+hairpin', options: { mode: 'vepa', hairpin: true, promiscuous: true }, walled: [] },
];

/** Builds a case, and says how to ask in it as the matchers do: `reached`, or `walled` off by a sound negative. */
export function openCase(lab: Lab, { options }: Case): (place: Place, as: 'reached' | 'walled') => Promise<string> {
  const { ns1, ns2, gateway, neighbour, host } = addMacvlanPair(lab, options);
  const target = { peer: ns2, gateway, neighbour, parent: host };
  return async (place, as) => {
    const patience =
      as === 'reached'
        ? { milliseconds: WITHIN }
        : { milliseconds: HOLD, askSilentTarget: true, quiet: () => quietIn(lab, 'packets'), untilQuiet: true };
    const { outcome } = await reach('bench', ns1, target[place], {}, patience);
    return outcome;
  };
}
