import { Interface } from '../lab/interface.ts';
import type { Macvlan } from '../lab/making/links.ts';
import type { Port } from '../lab/port.ts';
import type { MacvlanMode } from '../links/macvlan.ts';
import { expectedOfPair, type PairModes, pairQuestions } from '../model/macvlan-pair.ts';
import type { Knobs } from './knob.ts';

/** Modes that a live macvlan can be put into, and that need nothing else to be told. */
const MODES = ['private', 'vepa', 'bridge'] as const satisfies MacvlanMode[];

/**
 * The mode of a macvlan, and that of it and its siblings together where all have the same: each changed to whatever
 * behaves otherwise by the model. A change that no question could tell would be no fault of the spec.
 */
export function modeKnobs(macvlan: Macvlan): Knobs {
  const { mode } = macvlan;
  const settings = { [key(macvlan)]: mode };
  if (!MODES.some((each) => each === mode)) return { settings, knobs: [] };
  const all = [...macvlan.parent.children].filter((child): child is Macvlan => 'mode' in child && !child.deleted);
  const siblings = all.filter((child) => child !== macvlan);
  const hairpin = reflects(macvlan);
  const alone = MODES.filter((other) => {
    const partners = siblings.length > 0 ? siblings.map((sibling) => sibling.mode) : [null];
    return partners.some((partner) =>
      differ({ ns1: mode, ns2: partner, hairpin }, { ns1: other, ns2: partner, hairpin }),
    );
  });
  const family = all.at(-1) === macvlan && siblings.length > 0 && siblings.every((sibling) => sibling.mode === mode);
  const together = MODES.filter(
    (other) => family && differ({ ns1: mode, ns2: mode, hairpin }, { ns1: other, ns2: other, hairpin }),
  );
  return {
    settings,
    knobs: [...alone.map((other) => modeKnob([macvlan], other)), ...together.map((other) => modeKnob(all, other))],
  };
}

function modeKnob(macvlans: Macvlan[], to: MacvlanMode) {
  return {
    what: `${macvlans.join(', ')}: mode ${macvlans[0]?.mode} → ${to}`,
    settings: Object.fromEntries(macvlans.map((macvlan) => [key(macvlan), to])),
    of: macvlans.flatMap((macvlan) => [macvlan, macvlan.namespace]),
    turn: () => {
      for (const macvlan of macvlans) macvlan.set({ mode: to });
    },
  };
}

/** Whether two pairs differ in any question at all. */
function differ(is: PairModes, would: PairModes): boolean {
  return pairQuestions(is).some((question) => expectedOfPair(is, question) !== expectedOfPair(would, question));
}

/** Whether what leaves by the parent may come back by it. */
function reflects({ parent }: Macvlan): boolean {
  // What a real switch does is not known.
  const peer = parent instanceof Interface ? parent.peer : undefined;
  return peer?.isPort === true && (peer as Port).settings.hairpin === true;
}

function key(macvlan: Macvlan): string {
  return `${macvlan} mode`;
}
