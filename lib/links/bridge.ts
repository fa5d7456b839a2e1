import { bool, range, u8, u16, u32, userTicks } from '../netlink/scalars.ts';
import { defineLink } from './define-link.ts';
import { setting } from './setting.ts';

/** What iproute2 says in place of `off` and `on` of a bridge. */
const NUMBERS = ['0', '1'] as const;

/** It forwards frames between its ports (net/bridge); what it has of each of them is in bridge-port.ts. */
export const bridge = defineLink('bridge', {
  option: 'BRIDGE',
  needed: true,
  hasPorts: true,
  end: 'none',
  settings: {
    /** Seconds until an address that is not heard again is forgotten. @default 300 */
    ageingTime: setting('IFLA_BR_AGEING_TIME', 4, range(userTicks, 0, 1_000_000), { absent: 300, usual: 300 }),
    /** Spanning tree. @default false */
    stp: setting('IFLA_BR_STP_STATE', 5, bool(u32, NUMBERS), { word: 'stp_state', absent: false }),
    vlanFiltering: setting('IFLA_BR_VLAN_FILTERING', 7, bool(u8, NUMBERS), { absent: false, readOnly: true }),
    groupFwdMask: setting('IFLA_BR_GROUP_FWD_MASK', 9, u16, { absent: 0, readOnly: true }),
    /**
     * Multicast only to ports that joined a group. Off, unlike in a bridge made by hand, so that a switch says nothing of
     * its own and forwards groups as it does broadcast. @default false
     */
    mcastSnooping: setting('IFLA_BR_MCAST_SNOOPING', 23, bool(u8, NUMBERS), {
      absent: false,
      default: false,
      usual: true,
    }),
  },
});
