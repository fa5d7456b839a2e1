import type { ReadOf, WriteOf } from './object-of.ts';
import { bytes, string } from './scalars.ts';
import { attribute, type Rows, type Table, table } from './table.ts';
import type { Flat, Type } from './type.ts';

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

/** A kind of links: what `ip link add … type KIND` takes. */
export interface LinkKind<K extends string, F extends Rows> {
  readonly table: Table<F>;
  /** What a message says to make or change such a link. */
  as(kind: K, data: WriteOf<F>): { kind: K; data: WriteOf<F> };
  /** What a link of this kind says of itself. @throws Error for a link of another kind */
  of(link: Pick<OfKind, 'kind' | 'data'> & { name: string }): ReadOf<F>;
}

/**
 * Registers the attributes of a kind of links, so that links of this kind are read and written by them.
 *
 * @param names of the kinds that have them: a macvtap has those of a macvlan
 * @example const vlan = linkKind(['vlan'], { id: attribute('IFLA_VLAN_ID', 1, u16) })
 */
export function linkKind<K extends string, F extends Rows>(names: readonly K[], rows: F): LinkKind<K, F> {
  const all = table(rows);
  const nothing = all.read(Buffer.alloc(0));
  for (const name of names) kinds.set(name, all);
  infos.clear();
  return {
    table: all,
    as: (kind, data) => ({ kind, data }),
    of: ({ name, kind = 'device', data = nothing }) => {
      if (!names.some((each) => each === kind))
        throw new Error(`${name} is a ${kind}, which has no settings of a ${names[0]}`);
      return data as ReadOf<F>;
    },
  };
}

/** What a bridge and the like have of each of their ports. */
export interface PortKind<F extends Rows> {
  readonly table: Table<F>;
  /** What a port of this kind says; undefined for a device that is none. */
  of(link: Pick<OfKind, 'slaveKind' | 'slaveData'>): ReadOf<F> | undefined;
}

/** Registers the attributes of the ports of a kind of links, such as a bridge. */
export function portKind<F extends Rows>(master: string, rows: F): PortKind<F> {
  const all = table(rows);
  const nothing = all.read(Buffer.alloc(0));
  masters.set(master, all);
  infos.clear();
  return {
    table: all,
    of: ({ slaveKind, slaveData = nothing }) => (slaveKind === master ? (slaveData as ReadOf<F>) : undefined),
  };
}

/** How the settings of a kind of links travel (`IFLA_INFO_DATA`); undefined for a kind that nobody has described. */
export function linkDataOf(kind: string): AnyType | undefined {
  return kinds.get(kind);
}

/** How the settings of the ports of a kind of links travel (`IFLA_INFO_SLAVE_DATA`). */
export function portDataOf(master: string): AnyType | undefined {
  return masters.get(master);
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

function infoOf({ kind = '', slaveKind = '' }: Partial<OfKind>): Info {
  const key = `${kind} ${slaveKind}`;
  const known = infos.get(key);
  if (known) return known;
  const [data, slaveData] = [kinds.get(kind) ?? bytes, masters.get(slaveKind) ?? bytes] as Type<unknown>[];
  const info = table({
    kind: attribute('IFLA_INFO_KIND', 1, string, { word: 'type' }),
    data: attribute('IFLA_INFO_DATA', 2, data ?? bytes, { word: '', isLong: true }),
    slaveKind: attribute('IFLA_INFO_SLAVE_KIND', 4, string, { word: false }),
    slaveData: attribute('IFLA_INFO_SLAVE_DATA', 5, slaveData ?? bytes, { word: false }),
  });
  infos.set(key, info);
  return info;
}
