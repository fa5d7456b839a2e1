import { oneOf } from '../netlink/one-of.ts';
import { be16, bool, longUserTicks, mac, range, u8, u16, u32, userTicks } from '../netlink/scalars.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** What iproute2 says in place of `off` and `on` of a bridge. */
const NUMBERS = ['0', '1'] as const;

/** What scripts say of a bridge that a program made, but no spec can choose. */
const internal = { internal: true } as const;

/** It forwards frames between its ports (net/bridge); what it has of each of them is in bridge-port.ts. */
export const bridge = describeLink('bridge', {
  option: 'BRIDGE',
  needed: true,
  hasPorts: true,
  // It hands a frame on at once (br_handle_frame_finish, br_dev_xmit).
  knownQueues: true,
  end: 'none',
  causes: {
    member: (master, member) => ({
      // br_add_if
      EINVAL: `${member} is not Ethernet, or is a loopback or a bridge: it cannot be a port of ${master}`,
      ELOOP: `a bridge cannot be a port of another, and ${member} is one, or ${master} is below it`,
      EBUSY: `${member} has macvlans or ipvlans, or belongs to a bridge: a device has one rx_handler`,
      EOPNOTSUPP: `${member} must not be bridged (IFF_DONT_BRIDGE)`,
    }),
  },
  settings: {
    /** Seconds until an address that is not heard again is forgotten. @default 300 */
    ageingTime: setting('IFLA_BR_AGEING_TIME', 4, range(userTicks, 0, 1_000_000), {
      ifAbsent: 300,
      kernelDefault: 300,
    }),
    /** Spanning tree. @default false */
    stp: setting('IFLA_BR_STP_STATE', 5, bool(u32, NUMBERS), { word: 'stp_state', ifAbsent: false }),
    /** Spanning tree: seconds that a port listens, and then learns, before it forwards. @default 15 */
    forwardDelay: setting('IFLA_BR_FORWARD_DELAY', 1, userTicks, internal),
    /** Spanning tree: seconds between two messages of the root. @default 2 */
    helloTime: setting('IFLA_BR_HELLO_TIME', 2, userTicks, internal),
    /** Spanning tree: seconds until a root that is not heard of is forgotten. @default 20 */
    maxAge: setting('IFLA_BR_MAX_AGE', 3, userTicks, internal),
    /** Spanning tree: the lowest becomes the root. @default 32768 */
    bridgePriority: setting('IFLA_BR_PRIORITY', 6, u16, { word: 'priority', internal: true }),
    /** VLANs are kept apart (`CONFIG_BRIDGE_VLAN_FILTERING`). @default false */
    vlanFiltering: setting('IFLA_BR_VLAN_FILTERING', 7, bool(u8, NUMBERS), { ifAbsent: false, readOnly: true }),
    vlanProtocol: setting(
      'IFLA_BR_VLAN_PROTOCOL',
      8,
      oneOf(be16, '', { '802.1Q': 0x8100, '802.1ad': 0x88a8 }),
      internal,
    ),
    /** The VLAN of frames without a tag, at a new port; 0 for none. @default 1 */
    vlanDefaultPvid: setting('IFLA_BR_VLAN_DEFAULT_PVID', 39, u16, internal),
    vlanStatsEnabled: setting('IFLA_BR_VLAN_STATS_ENABLED', 41, bool(u8, NUMBERS), internal),
    vlanStatsPerPort: setting('IFLA_BR_VLAN_STATS_PER_PORT', 45, bool(u8, NUMBERS), internal),
    /** The link-local groups (01:80:c2:00:00:00 to 0f) that it forwards, a bit each. @default 0 */
    groupFwdMask: setting('IFLA_BR_GROUP_FWD_MASK', 9, u16, { ifAbsent: 0, readOnly: true }),
    /** Where the messages of the spanning tree go. @default '01:80:c2:00:00:00' */
    groupAddress: setting('IFLA_BR_GROUP_ADDR', 20, mac, internal),
    /**
     * Multicast only to ports that joined a group. Off, unlike in a bridge made by hand, so that a switch says nothing of
     * its own and forwards groups as it does broadcast. @default false
     */
    mcastSnooping: setting('IFLA_BR_MCAST_SNOOPING', 23, bool(u8, NUMBERS), {
      ifAbsent: false,
      default: false,
      kernelDefault: true,
    }),
    /** It asks who has joined which group. @default false */
    mcastQuerier: setting('IFLA_BR_MCAST_QUERIER', 25, bool(u8, NUMBERS), internal),
    mcastQueryUseIfaddr: setting('IFLA_BR_MCAST_QUERY_USE_IFADDR', 24, bool(u8, NUMBERS), internal),
    mcastRouter: setting('IFLA_BR_MCAST_ROUTER', 22, u8, internal),
    mcastHashMax: setting('IFLA_BR_MCAST_HASH_MAX', 27, u32, internal),
    mcastLastMemberCount: setting('IFLA_BR_MCAST_LAST_MEMBER_CNT', 28, u32, internal),
    mcastStartupQueryCount: setting('IFLA_BR_MCAST_STARTUP_QUERY_CNT', 29, u32, internal),
    mcastLastMemberInterval: setting('IFLA_BR_MCAST_LAST_MEMBER_INTVL', 30, longUserTicks, internal),
    mcastMembershipInterval: setting('IFLA_BR_MCAST_MEMBERSHIP_INTVL', 31, longUserTicks, internal),
    mcastQuerierInterval: setting('IFLA_BR_MCAST_QUERIER_INTVL', 32, longUserTicks, internal),
    mcastQueryInterval: setting('IFLA_BR_MCAST_QUERY_INTVL', 33, longUserTicks, internal),
    mcastQueryResponseInterval: setting('IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', 34, longUserTicks, internal),
    mcastStartupQueryInterval: setting('IFLA_BR_MCAST_STARTUP_QUERY_INTVL', 35, longUserTicks, internal),
    mcastStatsEnabled: setting('IFLA_BR_MCAST_STATS_ENABLED', 42, bool(u8, NUMBERS), internal),
    mcastIgmpVersion: setting('IFLA_BR_MCAST_IGMP_VERSION', 43, u8, internal),
    mcastMldVersion: setting('IFLA_BR_MCAST_MLD_VERSION', 44, u8, internal),
    /** Bridged packets pass the filters of IP (br_netfilter), whatever the sysctls say. @default false */
    nfCallIptables: setting('IFLA_BR_NF_CALL_IPTABLES', 36, bool(u8, NUMBERS), internal),
    nfCallIp6tables: setting('IFLA_BR_NF_CALL_IP6TABLES', 37, bool(u8, NUMBERS), {
      word: 'nf_call_ip6tables',
      internal: true,
    }),
    nfCallArptables: setting('IFLA_BR_NF_CALL_ARPTABLES', 38, bool(u8, NUMBERS), internal),
  },
});
