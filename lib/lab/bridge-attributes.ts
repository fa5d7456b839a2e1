import { linkKind } from '../netlink/link-kind.ts';
import { bool, u8, u16, u32, userTicks } from '../netlink/scalars.ts';
import { attribute } from '../netlink/table.ts';

/** What iproute2 says in place of `off` and `on` of a bridge. */
const NUMBERS = ['0', '1'] as const;

/** A bridge's settings, in the words of `SwitchOptions`; `ageingTime` is in seconds. */
export const bridgeKind = linkKind(['bridge'], {
  ageingTime: attribute('IFLA_BR_AGEING_TIME', 4, userTicks, { absent: 300 }),
  stp: attribute('IFLA_BR_STP_STATE', 5, bool(u32, NUMBERS), { word: 'stp_state', absent: false }),
  vlanFiltering: attribute('IFLA_BR_VLAN_FILTERING', 7, bool(u8, NUMBERS), { absent: false }),
  groupFwdMask: attribute('IFLA_BR_GROUP_FWD_MASK', 9, u16, { absent: 0 }),
  mcastSnooping: attribute('IFLA_BR_MCAST_SNOOPING', 23, bool(u8, NUMBERS), { absent: false }),
});
