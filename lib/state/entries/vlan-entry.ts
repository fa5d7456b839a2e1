import {
  type BridgeVlan,
  bridgeVlanOptions,
  type VlanRun,
  type VlanState,
  vlansOf,
} from '../../netlink/bridge/bridge-vlan.ts';
import { PORT_STATES } from '../../netlink/bridge/port-state.ts';
import { flag } from '../../netlink/codec/scalars.ts';
import { from, word } from '../../netlink/codec/value-rule.ts';
import { readVlans } from '../read-vlans.ts';
import { describeEntry, deviceNames, type EntryKind, nameIn } from './entry-kind.ts';
import { deviceName } from './fields.ts';

/** A VLAN of a bridge's port, or of a bridge itself, as `bridge -d vlan` has it, and its tunnel as `bridge vlan tunnelshow` has it. */
export interface VlanEntry extends BridgeVlan {
  /** The port, or the bridge. */
  port: string;
  state: VlanState;
  neighSuppress: boolean;
  tunnelId: number | undefined;
  /** Undefined where the kernel does not tell: it has no snooping, or is older than Linux 5.15. */
  mcastRouter: number | undefined;
  /** Undefined where the kernel does not tell: the bridge is without `mcastVlanSnooping`, or Linux is older than 6.3. */
  mcastMaxGroups: number | undefined;
}

const described = describeEntry<{ index: number; vlans: VlanRun[] }, VlanEntry>({
  noun: 'VLAN',
  monitored: ['vlan', 'link'],
  family: bridgeVlanOptions,
  fields: {
    ...{ id: from(1, 4094), port: deviceName, pvid: flag, untagged: flag },
    ...{ state: word(...Object.keys(PORT_STATES)), neighSuppress: flag },
    ...{ tunnelId: from(1, 2 ** 32 - 1), mcastRouter: from(0, 3), mcastMaxGroups: from(0, 2 ** 32 - 1) },
  },
  entries: ({ index, vlans }, names) =>
    vlans.flatMap((run) => vlansOf(run).map((vlan) => entryOf(nameIn(names, index), vlan))),
  isOf: ({ port }, device) => port === device,
});

export const vlanEntry: EntryKind<VlanEntry> = {
  ...described,
  list: ({ rtnetlink }, names = deviceNames(rtnetlink)) =>
    readVlans(rtnetlink).flatMap(({ index, vlans }) => vlans.map((vlan) => entryOf(nameIn(names, index), vlan))),
};

function entryOf(
  port: string,
  { state = 'forwarding', neighSuppress = false, tunnelId, mcastRouter, mcastMaxGroups, ...vlan }: BridgeVlan,
): VlanEntry {
  return { port, ...vlan, state, neighSuppress, tunnelId, mcastRouter, mcastMaxGroups };
}
