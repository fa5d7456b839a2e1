import { type BridgeMdb, bridgeMdb, type MdbEntry as MdbState } from '../../netlink/bridge/mdb.ts';
import { flag, ip } from '../../netlink/codec/scalars.ts';
import { from, listOf, word } from '../../netlink/codec/value-rule.ts';
import { familyOf, isMulticastIp, normalizeIp } from '../../wire/ip-address.ts';
import { isGroupMac, isMac } from '../../wire/mac-address.ts';
import { describeEntry, nameIn } from './entry-kind.ts';
import { deviceName, type Field } from './fields.ts';

/** An entry of a bridge's multicast database, as `bridge mdb` has it: a port that gets the frames of a group. */
export interface GroupEntry extends Pick<MdbState, 'group' | 'state'> {
  bridge: string;
  /** The port; or the bridge itself, for its own host. */
  port: string;
  /** Undefined: untagged frames. */
  vlan: number | undefined;
  /** The only source of the entry; undefined: any. */
  src: string | undefined;
  /** With IGMPv3 and MLDv2: whether the hosts want only the sources of the list (`include`), or all others (`exclude`). */
  filterMode: MdbState['filterMode'];
  /** The sources of the list. */
  sourceList: readonly string[] | undefined;
  /** The hosts do not want this source. */
  blocked: boolean;
}

const group: Field = {
  rule: 'a multicast address, such as 239.1.1.1, ff05::1 or 01:00:5e:01:01:01',
  accept: (value) => {
    if (isMac(value)) return isGroupMac(value) ? value.toLowerCase() : undefined;
    return typeof value === 'string' && familyOf(value) && isMulticastIp(value) ? normalizeIp(value) : undefined;
  },
};

const sourceList = listOf(ip, { rule: 'a list of IP addresses' });

export const mdbEntry = describeEntry<BridgeMdb, GroupEntry>({
  noun: 'mdb entry',
  monitored: ['mdb', 'link'],
  family: bridgeMdb,
  fields: {
    ...{ group, port: deviceName, bridge: deviceName, vlan: from(1, 4094), state: word('temp', 'permanent') },
    ...{ src: ip, filterMode: word('include', 'exclude'), sourceList, blocked: flag },
  },
  entries: ({ entries }, names) =>
    entries.map(({ group: of, state, vid, bridge, port, src, filterMode, sourceList: sources, blocked }) => ({
      ...{ group: of, state, vlan: vid || undefined, port: nameIn(names, port), bridge: nameIn(names, bridge) },
      ...{ src, filterMode, sourceList: sources, blocked: blocked ?? false },
    })),
  isOf: ({ port, bridge }, device) => port === device || bridge === device,
});
