import { oneOf } from '../codec/one-of.ts';
import { device, s32 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import type { Control } from './tc-control.ts';

/** Hands packets, or copies of them, to a device: it sends them (`egress`), or gets them as if they had come in there (`ingress`). */
export interface Mirred<Device = number> {
  egress?: Redirection;
  ingress?: Redirection;
  dev: Device;
  /** What happens to a packet of which a copy was sent. @default 'pipe' */
  control?: Control;
}

/** A mirror sends a copy, and the packet goes on. */
type Redirection = 'redirect' | 'mirror';

/** `TCA_EGRESS_REDIR` and the others. */
export const MIRRED = { 'egress redirect': 1, 'egress mirror': 2, 'ingress redirect': 3, 'ingress mirror': 4 } as const;

export const mirred: ActionKind<Mirred> = {
  table: actionTable(
    'TCA_MIRRED',
    { time: 1, padding: 3 },
    {
      parameters: attribute('TCA_MIRRED_PARMS', 2, parameters('tc_mirred', { by: oneOf(s32, '', MIRRED), device })),
    },
  ),
  write: ({ dev, control, ...directions }) => ({
    parameters: { by: byOf(directions), device: dev, control: control ?? usual(byOf(directions)) },
  }),
  read: ({ by, device: dev, control }) => {
    const [direction, way] = String(by).split(' ');
    if (!way || (way === 'redirect' && control !== 'stolen')) return undefined;
    return {
      [direction as 'egress']: way as Redirection,
      dev: dev as number,
      ...(control === usual(String(by)) ? {} : { control: control as Control }),
    };
  },
  words: ({ dev, control, ...directions }, names) => [
    ...['mirred', byOf(directions), 'dev', names.device(dev)],
    ...controlWords(control),
  ],
};

function byOf({ egress, ingress }: Omit<Mirred, 'dev'>): string {
  return egress ? `egress ${egress}` : `ingress ${ingress}`;
}

function usual(by: string): string {
  return by.endsWith('redirect') ? 'stolen' : 'pipe';
}
