import { bool, longUserTicks, u8, u32 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';

/** iproute2 says `0` and `1` here, in place of the `off` and `on` of a bridge. */
const yes = bool(u8, ['0', '1']);

/** The multicast settings of a VLAN of a bridge, by the names of the bridge's own settings (`bridge vlan global`, Linux 5.15). */
export const vlanMulticastRows = {
  mcastSnooping: attribute('BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING', 3, yes),
  mcastQuerier: attribute('BRIDGE_VLANDB_GOPTS_MCAST_QUERIER', 15, yes),
  mcastIgmpVersion: attribute('BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION', 4, u8),
  mcastMldVersion: attribute('BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION', 5, u8),
  mcastLastMemberCount: attribute('BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT', 6, u32),
  mcastLastMemberInterval: attribute('BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL', 8, longUserTicks),
  mcastStartupQueryCount: attribute('BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT', 7, u32),
  mcastStartupQueryInterval: attribute('BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL', 14, longUserTicks),
  mcastMembershipInterval: attribute('BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL', 10, longUserTicks),
  mcastQuerierInterval: attribute('BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL', 11, longUserTicks),
  mcastQueryInterval: attribute('BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL', 12, longUserTicks),
  mcastQueryResponseInterval: attribute('BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL', 13, longUserTicks),
};

export const VLAN_MULTICAST = Object.keys(vlanMulticastRows) as (keyof typeof vlanMulticastRows)[];
