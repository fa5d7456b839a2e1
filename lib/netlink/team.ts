import { cString, readCString, u32 as u32Bytes } from '../kernel/bytes.ts';
import { list } from './list.ts';
import { bytes, string, u8, u32 } from './scalars.ts';
import { attribute, table } from './table.ts';

/** `NLA_U32`, `NLA_STRING`: how an option's value travels (include/net/netlink.h). */
const [NLA_U32, NLA_STRING] = [3, 5] as const;
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

/** An option as it travels. */
export function teamOption(name: string, value: string | number): { name: string; type: number; data: Uint8Array } {
  return typeof value === 'string'
    ? { name, type: NLA_STRING, data: cString(value) }
    : { name, type: NLA_U32, data: u32Bytes(value) };
}

/** The options of the team itself, not of its ports, by their names. Those of other types are left out. */
export function readTeamOptions(
  answers: readonly ReturnType<typeof teamOptions.read>[],
): ReadonlyMap<string, string | number> {
  const all = answers.flatMap(({ options = [] }) => options).filter(({ port }) => port === undefined);
  return new Map(
    all.flatMap(({ name = '', type, data = Buffer.alloc(0) }): [string, string | number][] => {
      if (type === NLA_STRING) return [[name, readCString(data)]];
      return type === NLA_U32 && data.length === 4 ? [[name, data.readUInt32LE(0)]] : [];
    }),
  );
}
