import { bytes, pad, s32, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, type Rows, type Table, table } from '../codec/table.ts';
import type { Fixed } from '../codec/type.ts';
import type { Names } from '../names.ts';
import type { Control } from './tc-control.ts';
import { tcControl } from './tc-control.ts';

/** How a kind of actions travels, and how `tc` says it. */
export interface ActionKind<Options extends object> {
  readonly table: Table<Rows>;
  write(options: Options): object;
  /** Undefined for an action that the options cannot say. */
  read(attributes: Record<string, unknown>): Options | undefined;
  words(options: Options, names: Names): readonly (string | undefined)[];
}

/** What the parameters of every action begin with (`tc_gen`). The kernel chooses the index, and counts who refers to it. */
const GENERIC = { index: u32, capabilities: pad(4), control: tcControl, references: pad(4), bindings: s32 };

/** The parameters of a kind of actions: `tc_gen`, and behind it what is of the kind. */
export function parameters<F extends Record<string, Fixed<unknown, never>>>(name: string, fields: F) {
  return struct(name, { ...GENERIC, ...fields });
}

/**
 * The attributes of a kind of actions.
 *
 * @param prefix of their names: `TCA_GACT`
 * @param numbers of the times of its use, which are read only, and of the padding before them
 */
export function actionTable<F extends Rows>(
  prefix: string,
  { time, padding }: { time: number; padding: number },
  rows: F,
): Table<Rows> {
  return table({
    ...rows,
    time: attribute(`${prefix}_TM`, time, bytes),
    padding: attribute(`${prefix}_PAD`, padding, bytes),
    unknown: others(),
  } as Rows) as unknown as Table<Rows>;
}

/** What happens after an action, unless it is the usual. */
export function controlWords(control: Control | undefined): string[] {
  return control === undefined ? [] : control.split(' ');
}
