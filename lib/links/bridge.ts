import { checkInteger, wrongOption } from '../base/validate.ts';
import { bit, maskedBits } from '../netlink/codec/bits.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { be16, bool, longUserTicks, mac, range, seconds, u8, u16, u32, userTicks } from '../netlink/codec/scalars.ts';
import { attribute, table } from '../netlink/codec/table.ts';
import { flat } from '../netlink/codec/type.ts';
import { VLAN_PROTOCOL_NUMBERS } from '../wire/vlan-tag.ts';
import { describeLink } from './describe-link.ts';
import { liveFrom, setting } from './setting.ts';

/** What iproute2 says in place of `off` and `on` of a bridge. */
const NUMBERS = ['0', '1'] as const;

/** A day, in seconds: longer than any test. */
const LONGEST = 86_400;

/** The usual cause of EOPNOTSUPP where VLANs were to be set. */
export const missingVlanFiltering = 'this kernel has no VLAN-aware bridges: it needs CONFIG_BRIDGE_VLAN_FILTERING';

const needsFiltering = { needs: 'BRIDGE_VLAN_FILTERING' } as const;

/** It forwards frames between its ports (net/bridge); what it has of each of them is in bridge-port.ts. */
export const bridge = describeLink('bridge', {
  option: 'BRIDGE',
  needed: true,
  hasPorts: true,
  // It hands a frame on at once (br_handle_frame_finish, br_dev_xmit).
  knownQueues: true,
  end: 'none',
  causes: {
    add: () => ({ EOPNOTSUPP: missingVlanFiltering }),
    settings: { EOPNOTSUPP: missingVlanFiltering },
    member: (master, member) => ({
      // br_add_if
      EINVAL: `${member} is not Ethernet, or is a loopback: it cannot be a port of ${master}`,
      ELOOP: `a bridge cannot be a port of another, and ${member} is one, or ${master} is below it`,
      EBUSY: `${member} has macvlans or ipvlans, or belongs to a bridge: a device has one rx_handler`,
      EOPNOTSUPP: `${member} must not be bridged (IFF_DONT_BRIDGE)`,
    }),
  },
  status: {
    ...{ IFLA_BR_ROOT_ID: 10, IFLA_BR_BRIDGE_ID: 11, IFLA_BR_ROOT_PORT: 12, IFLA_BR_ROOT_PATH_COST: 13 },
    ...{ IFLA_BR_TOPOLOGY_CHANGE: 14, IFLA_BR_TOPOLOGY_CHANGE_DETECTED: 15, IFLA_BR_HELLO_TIMER: 16 },
    ...{ IFLA_BR_TCN_TIMER: 17, IFLA_BR_TOPOLOGY_CHANGE_TIMER: 18, IFLA_BR_GC_TIMER: 19 },
    ...{ IFLA_BR_MCAST_QUERIER_STATE: 47, IFLA_BR_FDB_N_LEARNED: 48 },
  },
  settings: {
    /** Seconds until an address that is not heard again is forgotten. @default 300 */
    ageingTime: setting('IFLA_BR_AGEING_TIME', 4, seconds(userTicks, 0, 1_000_000), {
      ...{ ifAbsent: 300, ...liveFrom(300) },
    }),
    /** The most learnt addresses that it keeps; 0 for no limit (Linux 6.7). @default 0 */
    fdbMaxLearned: setting('IFLA_BR_FDB_MAX_LEARNED', 49, u32, { ...liveFrom(0), since: '6.7', newWord: true }),
    /** Spanning tree. @default false */
    stp: setting('IFLA_BR_STP_STATE', 5, bool(u32, NUMBERS), {
      ...{ word: 'stp_state', ifAbsent: false, ...liveFrom(false) },
    }),
    /** Spanning tree: seconds that a port listens, and then learns, before it forwards; from 2 while `stp` is on. @default 15 */
    forwardDelay: setting('IFLA_BR_FORWARD_DELAY', 1, seconds(userTicks, 0, 30), liveFrom(15)),
    /** Spanning tree: seconds between two messages of the root. @default 2 */
    helloTime: setting('IFLA_BR_HELLO_TIME', 2, seconds(userTicks, 1, 10), liveFrom(2)),
    /** Spanning tree: seconds until a root that is not heard of is forgotten. @default 20 */
    maxAge: setting('IFLA_BR_MAX_AGE', 3, seconds(userTicks, 6, 40), liveFrom(20)),
    /** Spanning tree: the lowest becomes the root, 0 to 65535. @default 32768 */
    priority: setting('IFLA_BR_PRIORITY', 6, range(u16, 0, 65535), liveFrom(32768)),
    /** A port takes and sends the frames of its own VLANs alone: see `port.vlan`. @default false */
    vlanFiltering: setting('IFLA_BR_VLAN_FILTERING', 7, bool(u8, NUMBERS), {
      ...{ ...needsFiltering, ifAbsent: false, ...liveFrom(false) },
    }),
    /** The tags that it looks at; a frame with another has none for it. @default '802.1Q' */
    vlanProtocol: setting('IFLA_BR_VLAN_PROTOCOL', 8, oneOf(be16, '', VLAN_PROTOCOL_NUMBERS), {
      ...{ ...needsFiltering, ...liveFrom('802.1Q') },
    }),
    /** The VLAN that a new port is in, untagged, as its pvid, 1 to 4094; 0 for none. A change moves the ports that have it. @default 1 */
    vlanDefaultPvid: setting('IFLA_BR_VLAN_DEFAULT_PVID', 39, range(u16, 0, 4094), {
      ...{ ...needsFiltering, ...liveFrom(1) },
    }),
    /** Counts the frames of each VLAN. @default false */
    vlanStatsEnabled: setting('IFLA_BR_VLAN_STATS_ENABLED', 41, bool(u8, NUMBERS), {
      ...{ ...needsFiltering, ...liveFrom(false) },
    }),
    /** Counts them at each port; changes only while no port is in a VLAN (`br_vlan_set_stats_per_port`). @default false */
    vlanStatsPerPort: setting('IFLA_BR_VLAN_STATS_PER_PORT', 45, bool(u8, NUMBERS), {
      ...{ ...needsFiltering, ...liveFrom(false) },
    }),
    flags: setting(
      'IFLA_BR_MULTI_BOOLOPT',
      46,
      flat(
        maskedBits(u32, {
          noLinklocalLearn: switchBit('1 << BR_BOOLOPT_NO_LL_LEARN', 1, 'no_linklocal_learn'),
          mcastVlanSnooping: switchBit('1 << BR_BOOLOPT_MCAST_VLAN_SNOOPING', 2, 'mcast_vlan_snooping'),
          mstEnabled: switchBit('1 << BR_BOOLOPT_MST_ENABLE', 4, 'mst_enabled'),
        }),
      ),
      {
        word: '',
        each: {
          /** Learns nothing from frames of link-local groups, 01:80:c2:00:00:00 to 0f. @default false */
          noLinklocalLearn: { live: true },
          /** Snooping by settings of each VLAN (Linux 5.15). @default false */
          mcastVlanSnooping: { live: true, since: '5.15' },
          /** The states of ports are those of their VLANs (Linux 5.18); changes only while there is no VLAN. @default false */
          mstEnabled: { live: true, since: '5.18', newWord: true },
        },
      },
    ),
    /**
     * The link-local groups (01:80:c2:00:00:00 to 0f) that it forwards, a bit each; not the bits 0 to 2
     * (`BR_GROUPFWD_RESTRICTED`). @default 0
     */
    groupFwdMask: setting('IFLA_BR_GROUP_FWD_MASK', 9, u16, { ifAbsent: 0, ...liveFrom(0), check: checkGroupFwdMask }),
    /** Where the messages of the spanning tree go: 01:80:c2:00:00:00, or 04 to 0f. @default '01:80:c2:00:00:00' */
    groupAddress: setting('IFLA_BR_GROUP_ADDR', 20, mac, {
      ...{ ...liveFrom('01:80:c2:00:00:00'), check: checkGroupAddress },
    }),
    /**
     * Multicast only to ports that joined a group. Off, unlike in a bridge made by hand, so that a switch says nothing of
     * its own and forwards groups as it does broadcast. @default false
     */
    mcastSnooping: setting('IFLA_BR_MCAST_SNOOPING', 23, bool(u8, NUMBERS), {
      ...{ ifAbsent: false, default: false, ...liveFrom(true) },
    }),
    /** It asks who has joined which group. Without anybody who asks, snooping has no effect (`br_multicast_querier_exists`). @default false */
    mcastQuerier: setting('IFLA_BR_MCAST_QUERIER', 25, bool(u8, NUMBERS), liveFrom(false)),
    /** It asks by its own IPv4 address, not by 0.0.0.0. @default false */
    mcastQueryUseIfaddr: setting('IFLA_BR_MCAST_QUERY_USE_IFADDR', 24, bool(u8, NUMBERS), liveFrom(false)),
    /** Its own host gets every group: 0 never, 1 if a multicast router is heard there, 2 always. @default 1 */
    mcastRouter: setting('IFLA_BR_MCAST_ROUTER', 22, range(u8, 0, 2), liveFrom(1)),
    /** Groups that it keeps at most. @default 4096 */
    mcastHashMax: setting('IFLA_BR_MCAST_HASH_MAX', 27, u32, liveFrom(4096)),
    /** Questions for further members of a group that somebody has left. @default 2 */
    mcastLastMemberCount: setting('IFLA_BR_MCAST_LAST_MEMBER_CNT', 28, u32, liveFrom(2)),
    /** Questions in quick order, as it begins to ask. @default 2 */
    mcastStartupQueryCount: setting('IFLA_BR_MCAST_STARTUP_QUERY_CNT', 29, u32, liveFrom(2)),
    /** Seconds between the questions for further members. @default 1 */
    mcastLastMemberInterval: setting('IFLA_BR_MCAST_LAST_MEMBER_INTVL', 30, interval(0), liveFrom(1)),
    /** Seconds until a member that says nothing more is forgotten. @default 260 */
    mcastMembershipInterval: setting('IFLA_BR_MCAST_MEMBERSHIP_INTVL', 31, interval(0), liveFrom(260)),
    /** Seconds until another querier that says nothing more is forgotten. @default 255 */
    mcastQuerierInterval: setting('IFLA_BR_MCAST_QUERIER_INTVL', 32, interval(0), liveFrom(255)),
    /** Seconds between two questions for all members, from 1 (`BR_MULTICAST_QUERY_INTVL_MIN`). @default 125 */
    mcastQueryInterval: setting('IFLA_BR_MCAST_QUERY_INTVL', 33, interval(1), liveFrom(125)),
    /** Seconds that members may take to answer. @default 10 */
    mcastQueryResponseInterval: setting('IFLA_BR_MCAST_QUERY_RESPONSE_INTVL', 34, interval(0), liveFrom(10)),
    /** Seconds between the first questions, from 1 (`BR_MULTICAST_STARTUP_QUERY_INTVL_MIN`). @default 31.24, as the kernel rounds it */
    mcastStartupQueryInterval: setting('IFLA_BR_MCAST_STARTUP_QUERY_INTVL', 35, interval(1), liveFrom(31.24)),
    /** Another querier that is heard: the seconds until it is forgotten. Kernels before 5.15 do not tell. */
    querier: setting(
      'IFLA_BR_MCAST_QUERIER_STATE',
      47,
      table({
        other4: attribute('BRIDGE_QUERIER_IP_OTHER_TIMER', 3, longUserTicks),
        other6: attribute('BRIDGE_QUERIER_IPV6_OTHER_TIMER', 7, longUserTicks),
      }),
      { word: false, readOnly: true },
    ),
    /** Counts IGMP and MLD. @default false */
    mcastStatsEnabled: setting('IFLA_BR_MCAST_STATS_ENABLED', 42, bool(u8, NUMBERS), liveFrom(false)),
    /** The version in which it asks IPv4 hosts, 2 or 3. @default 2 */
    mcastIgmpVersion: setting('IFLA_BR_MCAST_IGMP_VERSION', 43, range(u8, 2, 3), liveFrom(2)),
    /** The version in which it asks IPv6 hosts, 1 or 2. @default 1 */
    mcastMldVersion: setting('IFLA_BR_MCAST_MLD_VERSION', 44, range(u8, 1, 2), liveFrom(1)),
    /** Bridged packets pass the filters of IPv4 (br_netfilter), whatever the sysctls say. @default false */
    nfCallIptables: setting('IFLA_BR_NF_CALL_IPTABLES', 36, bool(u8, NUMBERS), liveFrom(false)),
    /** The same of IPv6. @default false */
    nfCallIp6tables: setting('IFLA_BR_NF_CALL_IP6TABLES', 37, bool(u8, NUMBERS), {
      ...{ word: 'nf_call_ip6tables', ...liveFrom(false) },
    }),
    /** The same of ARP. @default false */
    nfCallArptables: setting('IFLA_BR_NF_CALL_ARPTABLES', 38, bool(u8, NUMBERS), liveFrom(false)),
  },
});

function interval(least: number) {
  return seconds(longUserTicks, least, LONGEST);
}

function switchBit(kernel: string, mask: number, word: string) {
  return bit(kernel, mask, `${word} 1`, `${word} 0`);
}

const RESTRICTED = 0b111;

function checkGroupFwdMask(call: string, option: string, value: unknown): void {
  checkInteger(call, option, value, 0, 65535);
  if ((Number(value) & RESTRICTED) === 0) return;
  throw wrongOption(
    call,
    option,
    'without the bits 0 to 2, whose groups no bridge forwards (BR_GROUPFWD_RESTRICTED)',
    value,
  );
}

function checkGroupAddress(call: string, option: string, value: unknown): void {
  if (typeof value === 'string' && /^01:80:c2:00:00:0[04-9a-f]$/i.test(value)) return;
  throw wrongOption(call, option, '01:80:c2:00:00:00, or 04 to 0f in place of its last byte (br_changelink)', value);
}
