import { AF_BRIDGE } from '../../kernel/constants.ts';
import { type BridgeVlan, bridgeVlan } from '../../netlink/bridge-vlan.ts';
import { describeEntry, nameIn } from './entry-kind.ts';
import { deviceName, flag, from } from './fields.ts';

/** A VLAN of a bridge's port, or of a bridge itself, as `bridge vlan` has it. */
export interface VlanEntry extends BridgeVlan {
  /** The port, or the bridge. */
  port: string;
}

export const vlanEntry = describeEntry<{ index: number; vlans: BridgeVlan[] }, VlanEntry>({
  noun: 'VLAN',
  // The kernel tells of the VLANs with the port (br_ifinfo_notify), and by themselves since 5.6 (br_vlan_notify).
  monitored: ['vlan', 'link'],
  message: 16,
  isTold: (family) => family === AF_BRIDGE,
  requests: [bridgeVlan.all()],
  fields: { id: from(1, 4094), port: deviceName, pvid: flag, untagged: flag },
  entries: ({ index, vlans }, names) => vlans.map((vlan) => ({ port: nameIn(names, index), ...vlan })),
  isOf: ({ port }, device) => port === device,
});
