import { cString, readCString } from '../../kernel/bytes.ts';
import { list } from '../codec/list.ts';
import { bytes, string, u8, u32 } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';

/** `NLA_U32`, `NLA_STRING`, `NLA_FLAG`, `NLA_S32`: how an option's value travels (include/net/netlink.h). */
const [NLA_U32, NLA_STRING, NLA_FLAG, NLA_S32] = [3, 5, 6, 14] as const;
/** `TEAM_ATTR_ITEM_OPTION`. */
const ITEM = 1;

/** A team by its options, each with its name, its type and its value: `teamnl team0 options`. */
export const teamOptions = table({
  index: attribute('TEAM_ATTR_TEAM_IFINDEX', 1, u32),
  options: attribute(
    'TEAM_ATTR_LIST_OPTION',
    2,
    list(
      ITEM,
      table({
        name: attribute('TEAM_ATTR_OPTION_NAME', 1, string),
        type: attribute('TEAM_ATTR_OPTION_TYPE', 3, u8),
        data: attribute('TEAM_ATTR_OPTION_DATA', 4, bytes),
        port: attribute('TEAM_ATTR_OPTION_PORT_IFINDEX', 6, u32),
      }),
    ),
  ),
});

type Value = string | number | boolean;
type Option = { name: string; type: number; data?: Uint8Array; port?: number };

/** The options that may be negative (`team_options`). */
const SIGNED: readonly string[] = ['priority'];

/** An option as it travels. @param port the index of its port; without one it is the team's */
export function teamOption(name: string, value: Value, port?: number): Option {
  return { name, ...encodeValue(name, value), ...(port === undefined ? {} : { port }) };
}

function encodeValue(name: string, value: Value): Pick<Option, 'type' | 'data'> {
  if (typeof value === 'string') return { type: NLA_STRING, data: cString(value) };
  // It has no data where it is off.
  if (typeof value === 'boolean') return { type: NLA_FLAG, ...(value ? { data: Buffer.alloc(0) } : {}) };
  const data = Buffer.alloc(4);
  const isSigned = SIGNED.includes(name);
  if (isSigned) data.writeInt32LE(value);
  else data.writeUInt32LE(value);
  return { type: isSigned ? NLA_S32 : NLA_U32, data };
}

/** The options of the team itself, or of a port of it, by their names. Those of other types are left out. */
export function readTeamOptions(
  answers: readonly ReturnType<typeof teamOptions.read>[],
  of?: number,
): ReadonlyMap<string, Value> {
  const all = answers.flatMap(({ options = [] }) => options).filter(({ port }) => port === of);
  return new Map(
    all.flatMap(({ name = '', type, data }): [string, Value][] => {
      if (type === NLA_FLAG) return [[name, data !== undefined]];
      if (type === NLA_STRING) return [[name, readCString(data ?? Buffer.alloc(0))]];
      if (data?.length !== 4) return [];
      if (type === NLA_S32) return [[name, data.readInt32LE(0)]];
      return type === NLA_U32 ? [[name, data.readUInt32LE(0)]] : [];
    }),
  );
}
