import { entryOf } from '../base/entry-of.ts';
import { bytes, string } from './codec/scalars.ts';
import { attribute, table } from './codec/table.ts';
import type { Flat, Type } from './codec/type.ts';

/** What a link says of its kind, and of what it is a port of. Data of a kind that nobody has described is bytes. */
export interface OfKind {
  kind: string | undefined;
  data: unknown;
  slaveKind: string | undefined;
  slaveData: unknown;
}

type AnyType = Type<unknown, never>;
type Info = Type<OfKind, Partial<OfKind>>;

/** What is in `IFLA_INFO_DATA` and `IFLA_INFO_SLAVE_DATA`, by the kind's name. */
const kinds = new Map<string, AnyType>();
const masters = new Map<string, AnyType>();
const infos = new Map<string, Info>();

/** Says how the settings of a kind of links travel (`IFLA_INFO_DATA`), and those of its ports (`IFLA_INFO_SLAVE_DATA`). */
export function registerLinkData(kind: string, data: AnyType): void {
  kinds.set(kind, data);
  infos.clear();
}

export function registerPortData(master: string, data: AnyType): void {
  masters.set(master, data);
  infos.clear();
}

/** `IFLA_LINKINFO`. How the data in it travels depends on the kind that stands before it. */
export const linkInfo: Info & Flat = {
  flat: ['kind', 'data', 'slaveKind', 'slaveData'],
  isNested: true,
  get parts() {
    return [infoOf({}), ...kinds.values(), ...masters.values()];
  },
  write: (to, object) => infoOf(object).write(to, object),
  read: (all) => infoOf(infoOf({}).read(all)).read(all),
  words: (object, names) => infoOf(object).words(object, names),
  pathAt: (all, offset) => infoOf(infoOf({}).read(all)).pathAt?.(all, offset) ?? [],
};

/** `ip` names the settings of a member after its master's kind: `type bond_slave`. */
const ofMaster: typeof string = { ...string, words: (kind) => [`${kind}_slave`] };

function infoOf({ kind = '', slaveKind = '' }: Partial<OfKind>): Info {
  return entryOf(infos, `${kind} ${slaveKind}`, () => makeInfo(kind, slaveKind));
}

function makeInfo(kind: string, slaveKind: string): Info {
  const [data, slaveData] = [kinds.get(kind) ?? bytes, masters.get(slaveKind) ?? bytes] as Type<unknown>[];
  return table({
    kind: attribute('IFLA_INFO_KIND', 1, string, { word: 'type' }),
    data: attribute('IFLA_INFO_DATA', 2, data ?? bytes, { word: '', isLong: true }),
    slaveKind: attribute('IFLA_INFO_SLAVE_KIND', 4, ofMaster, { word: 'type' }),
    slaveData: attribute('IFLA_INFO_SLAVE_DATA', 5, slaveData ?? bytes, { word: '' }),
  });
}
