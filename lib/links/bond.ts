import { list } from '../netlink/codec/list.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { bool, ip4, ip6, linkedDevice, mac, range, u8, u16, u32 } from '../netlink/codec/scalars.ts';
import type { Type } from '../netlink/codec/type.ts';
import { listOf } from '../netlink/codec/value-rule.ts';
import { bondSlave, bondSlaveStatus } from './bond-slave.ts';
import { describeLink } from './describe-link.ts';
import { liveFrom, setting } from './setting.ts';

const MODES = {
  ...{ 'balance-rr': 0, 'active-backup': 1, 'balance-xor': 2, broadcast: 3 },
  ...{ '802.3ad': 4, 'balance-tlb': 5, 'balance-alb': 6 },
} as const;
const VALIDATE = { none: 0, active: 1, backup: 2, all: 3, filter: 4, filter_active: 5, filter_backup: 6 } as const;
const HASH = {
  ...{ layer2: 0, 'layer3+4': 1, 'layer2+3': 2, 'encap2+3': 3, 'encap3+4': 4, 'vlan+srcmac': 5 },
} as const;
const RESELECT = { always: 0, better: 1, failure: 2 } as const;
const FAIL_OVER = { none: 0, active: 1, follow: 2 } as const;
const SELECT = { stable: 0, bandwidth: 1, count: 2 } as const;

/** Modes that choose a slave in turn, or by its load (`bond_tlb_xmit`): the headers of the packet do not decide. */
const ALWAYS_SHARING = new Set<string>(['balance-rr', 'balance-tlb', 'balance-alb']);
const HASHING = new Set<string>(['balance-xor', '802.3ad']);

/** `INT_MAX`: what bond_options.c takes for a time. */
const LONGEST = 2 ** 31 - 1;
const milliseconds = range(u32, 0, LONGEST);
/** What iproute2 says in place of `off` and `on`. */
const NUMBERS = ['0', '1'] as const;

/** `bond_option_updelay_set` and its like. */
const NEEDS_MIIMON = 'updelay, downdelay and peerNotifyDelay are multiples of miimon, which is off (bond_options.c)';

const live = { live: true } as const;
const liveFrom0 = liveFrom(0);

/** Several devices as one (drivers/net/bonding). They come to it by `set({ master: bond })`, and must be down then. */
export const bond = describeLink('bond', {
  option: 'BONDING',
  module: 'bonding',
  members: 'frames',
  memberSettings: bondSlave,
  memberStatus: bondSlaveStatus,
  changesMemberWithin: ({ miimon = 0, updelay = 0, downdelay = 0, arpInterval = 0, arpMissedMax = 2 }, members) => {
    // A slave is down after so many intervals and a half (bond_ab_arp_inspect). Without any, one after the other is tried (bond_ab_arp_probe).
    if (arpInterval > 0) return arpInterval * (arpMissedMax + members.length + 2);
    const isUnnoticed = members.some(({ carrier, status }) => status['miiStatus'] !== (carrier ? 'up' : 'down'));
    // Half an interval late at most, or another one where the worker does not get its lock (bond_mii_monitor).
    return isUnnoticed ? 2 * miimon + Math.max(updelay, downdelay) : 0;
  },
  // bond_enslave
  givesMac: ({ failOverMac = 'none' }) => failOverMac === 'none',
  // bond_xmit_hash: other policies look at no ports.
  sharesOut: ({ mode = 'balance-rr', xmitHashPolicy = 'layer2' }) =>
    ALWAYS_SHARING.has(mode) || (HASHING.has(mode) && xmitHashPolicy.endsWith('3+4')),
  // Its slaves'.
  bornWithCarrier: false,
  settings: {
    /** How frames are spread over the slaves. It can change while there are none. @default 'balance-rr' */
    mode: setting('IFLA_BOND_MODE', 1, oneOf(u8, '', MODES), liveFrom('balance-rr')),
    /** Of active-backup, balance-tlb and balance-alb: the slave that sends and receives. */
    activeSlave: setting('IFLA_BOND_ACTIVE_SLAVE', 2, linkedDevice, live),
    /** Milliseconds between two looks at the slaves' carriers; 0 for none. @default 0; 100 in the modes that need it */
    miimon: setting('IFLA_BOND_MIIMON', 3, milliseconds, liveFrom0),
    /** Milliseconds, a multiple of `miimon`, until a slave whose carrier came back is used. @default 0 */
    updelay: setting('IFLA_BOND_UPDELAY', 4, milliseconds, liveFrom0),
    /** Milliseconds, a multiple of `miimon`, until a slave without carrier is no longer used. @default 0 */
    downdelay: setting('IFLA_BOND_DOWNDELAY', 5, milliseconds, liveFrom0),
    /** Milliseconds, a multiple of `miimon`, between two announcements after a change of slaves. @default 0 */
    peerNotifyDelay: setting('IFLA_BOND_PEER_NOTIF_DELAY', 28, range(u32, 0, 300_000), liveFrom0),
    /** Ask a slave's driver for its carrier by `netif_carrier_ok` alone. @default true */
    useCarrier: setting('IFLA_BOND_USE_CARRIER', 6, bool(u8, NUMBERS), liveFrom(true)),
    /** Milliseconds between two ARP or ND questions for the targets; 0 for none. It excludes `miimon`. @default 0 */
    arpInterval: setting('IFLA_BOND_ARP_INTERVAL', 7, milliseconds, liveFrom0),
    /** The IPv4 addresses, 16 at most, that it asks for. @default none */
    arpIpTarget: setting('IFLA_BOND_ARP_IP_TARGET', 8, targets(4), { live: true, ifAbsent: [] }),
    /** The IPv6 addresses, 16 at most, that it asks for (Linux 5.18). @default none */
    nsIp6Target: setting('IFLA_BOND_NS_IP6_TARGET', 31, targets(6), { live: true, ifAbsent: [] }),
    /** Which slaves' answers are checked, or alone count. @default 'none' */
    arpValidate: setting('IFLA_BOND_ARP_VALIDATE', 9, oneOf(u32, '', VALIDATE), liveFrom('none')),
    /** Whether one target has to answer, or all. @default 'any' */
    arpAllTargets: setting('IFLA_BOND_ARP_ALL_TARGETS', 10, oneOf(u32, '', { any: 0, all: 1 }), liveFrom('any')),
    /** How many intervals without an answer a slave may have, 1 to 255 (Linux 5.17). @default 2 */
    arpMissedMax: setting('IFLA_BOND_MISSED_MAX', 30, range(u8, 1, 255), { ...liveFrom(2), since: '5.17' }),
    /** Of active-backup, balance-tlb and balance-alb: the slave that is active whenever it can be. @default none */
    primary: setting('IFLA_BOND_PRIMARY', 11, linkedDevice, live),
    /** When `primary` becomes active again. @default 'always' */
    primaryReselect: setting('IFLA_BOND_PRIMARY_RESELECT', 12, oneOf(u8, '', RESELECT), liveFrom('always')),
    /** Of active-backup: all slaves have one MAC address, or the bond has the active one's. @default 'none' */
    failOverMac: setting('IFLA_BOND_FAIL_OVER_MAC', 13, oneOf(u8, '', FAIL_OVER), liveFrom('none')),
    /** Of balance-xor, 802.3ad and balance-tlb: what of a packet chooses the slave. @default 'layer2' */
    xmitHashPolicy: setting('IFLA_BOND_XMIT_HASH_POLICY', 14, oneOf(u8, '', HASH), liveFrom('layer2')),
    /** How many IGMP reports follow a change of slaves, 0 to 255. @default 1 */
    resendIgmp: setting('IFLA_BOND_RESEND_IGMP', 15, range(u32, 0, 255), liveFrom(1)),
    /** How many gratuitous ARP and ND announcements follow a change of slaves, 0 to 255. @default 1 */
    numGratArp: setting('IFLA_BOND_NUM_PEER_NOTIF', 16, u8, liveFrom(1)),
    /** Frames that a backup slave receives are delivered, too. @default false */
    allSlavesActive: setting('IFLA_BOND_ALL_SLAVES_ACTIVE', 17, bool(u8, NUMBERS), live),
    /** Of 802.3ad: how many links must be there for a carrier. @default 0 */
    minLinks: setting('IFLA_BOND_MIN_LINKS', 18, range(u32, 0, LONGEST), liveFrom0),
    /** Of balance-tlb and balance-alb: seconds between two learning packets, 1 to 2³¹−1. @default 1 */
    lpInterval: setting('IFLA_BOND_LP_INTERVAL', 19, range(u32, 1, LONGEST), liveFrom(1)),
    /** Of balance-rr: how many packets go by a slave before the next, 0 (at random) to 65535. @default 1 */
    packetsPerSlave: setting('IFLA_BOND_PACKETS_PER_SLAVE', 20, range(u32, 0, 65535), liveFrom(1)),
    /** Of 802.3ad: send LACPDUs without being asked (Linux 5.15). @default true */
    lacpActive: setting('IFLA_BOND_AD_LACP_ACTIVE', 29, bool(u8), { ...liveFrom(true), since: '5.15' }),
    /** For 802.3ad: a port begins to receive and to send at the same time. `false`: it receives first (Linux 6.9). @default true */
    coupledControl: setting('IFLA_BOND_COUPLED_CONTROL', 32, bool(u8), {
      ...{ ...liveFrom(true), since: '6.9', newWord: true },
    }),
    /** Of 802.3ad: how often the partner is to send LACPDUs. @default 'slow' */
    lacpRate: setting('IFLA_BOND_AD_LACP_RATE', 21, oneOf(u8, '', { slow: 0, fast: 1 }), liveFrom('slow')),
    /** Of 802.3ad: which aggregator is used. @default 'stable' */
    adSelect: setting('IFLA_BOND_AD_SELECT', 22, oneOf(u8, '', SELECT), liveFrom('stable')),
    /** Of 802.3ad: the upper bits of the port keys, 0 to 1023. @default 0 */
    adUserPortKey: setting('IFLA_BOND_AD_USER_PORT_KEY', 25, range(u16, 0, 1023), liveFrom0),
    /** Of 802.3ad: the system's priority, 1 to 65535. @default 65535 */
    adActorSysPrio: setting('IFLA_BOND_AD_ACTOR_SYS_PRIO', 24, range(u16, 1, 65535), liveFrom(65535)),
    /** Of 802.3ad: the system's MAC address. @default the bond's */
    adActorSystem: setting('IFLA_BOND_AD_ACTOR_SYSTEM', 26, mac, liveFrom('00:00:00:00:00:00')),
    /** Of balance-tlb: move flows by load; without it, choose by hash. @default true */
    tlbDynamicLb: setting('IFLA_BOND_TLB_DYNAMIC_LB', 27, bool(u8, NUMBERS), liveFrom(true)),
  },
  label: ({ mode = 'balance-rr' }) => [mode],
  causes: {
    add: ({ settings: { mode = 'balance-rr' } }) => ({
      EACCES: `an option is not for mode ${mode} (bond_opt_check_deps)`,
      EPERM: NEEDS_MIIMON,
    }),
    settings: {
      EACCES: "an option is not for the bond's mode (bond_opt_check_deps)",
      ENOTEMPTY: 'the bond has slaves: this changes only while it has none (BOND_OPTFLAG_NOSLAVES)',
      EBUSY: 'the bond is up: this changes only while it is down (BOND_OPTFLAG_IFDOWN): set({ up: false }) first',
      EPERM: NEEDS_MIIMON,
      EINVAL: 'activeSlave must be a slave that is up (bond_option_active_slave_set)',
    },
    memberSettings: {
      EACCES: "prio is not for the bond's mode (bond_opt_check_deps)",
      EPERM: 'queueId must be one of the queues of the bond that no other slave has (bond_option_queue_id_set)',
    },
    member: (master, member) => ({
      EPERM: `${member} is up, and ${master} takes devices that are down (bond_enslave): set({ up: false, master })`,
      EBUSY: `${member} has macvlans or ipvlans, or belongs to another device: a device has one rx_handler`,
      EOPNOTSUPP: `the MAC address of ${member} cannot change, which ${master} needs (bond_enslave): failOverMac: 'active'`,
    }),
  },
});

/** A list of addresses, which iproute2 says with commas. */
function targets(family: 4 | 6): Type<readonly string[]> {
  const each = family === 4 ? ip4 : ip6;
  return {
    ...list(0, each),
    ...listOf(each, { rule: `a list of at most 16 IPv${family} addresses`, most: 16 }),
    words: (value) => [value.join(',')],
  };
}
