import { oneOf } from '../codec/one-of.ts';
import { u16 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute } from '../codec/table.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import { type Control, tcControl } from './tc-control.ts';

/** Does what `control` says, and with `random` something else to some packets. */
export interface Gact {
  control: Control;
  /** `control` for one packet of `val`: each `val`th (`determ`), or by chance (`netrand`). It needs `CONFIG_GACT_PROB`. */
  random?: { type: 'determ' | 'netrand'; control: Control; val: number };
}

/** `PGACT_*`. */
const TYPES = { netrand: 1, determ: 2 } as const;

export const gact: ActionKind<Gact> = {
  table: actionTable(
    'TCA_GACT',
    { time: 1, padding: 4 },
    {
      parameters: attribute('TCA_GACT_PARMS', 2, parameters('tc_gact', {})),
      random: attribute(
        'TCA_GACT_PROB',
        3,
        struct('tc_gact_p', { type: oneOf(u16, 'PGACT_', TYPES), val: u16, control: tcControl }),
      ),
    },
  ),
  write: ({ control, random }) => ({ parameters: { control }, random }),
  read: ({ control, random }) => ({ control, ...(random ? { random } : {}) }) as Gact,
  words: ({ control, random }) => [
    'gact',
    ...controlWords(control),
    ...(random ? ['random', random.type, ...controlWords(random.control), String(random.val)] : []),
  ],
};
