import { pick, withoutUndefined } from '../base/plain-object.ts';
import { AF_BRIDGE } from '../kernel/constants.ts';
import { portState } from '../netlink/bridge/port-state.ts';
import { body } from '../netlink/codec/body.ts';
import type { ReadOf } from '../netlink/codec/object-of.ts';
import { bool, device, range, u8, u16, u32 } from '../netlink/codec/scalars.ts';
import { attribute, table } from '../netlink/codec/table.ts';
import { flat, type Type } from '../netlink/codec/type.ts';
import { checkByRule } from '../netlink/codec/value-rule.ts';
import { Family } from '../netlink/family.ts';
import { type LinkState, linkHeader } from '../netlink/link.ts';
import { registerPortData } from '../netlink/link-info.ts';
import type { Names } from '../netlink/names.ts';
import { bridge } from './bridge.ts';
import { readableOf } from './link-option.ts';
import { type NewSettings, type SettingRules, type SettingsOf, setting } from './setting.ts';

const backupDevice = {
  ...device,
  words: (index: number, names: Names) => (index === 0 ? ['nobackup_port'] : ['backup_port', names.device(index)]),
};

const snooping = { needs: 'BRIDGE_IGMP_SNOOPING' } as const;

/** What a bridge has of each of its ports, in the words of `bridge link set`. */
const rows = {
  /** Frames may leave by the port that they came in by: 802.1Qbg's reflective relay. @default false */
  hairpin: setting('IFLA_BRPORT_MODE', 4, bool(u8)),
  /** BPDU guard. @default false */
  guard: setting('IFLA_BRPORT_GUARD', 5, bool(u8)),
  /** @default true */
  learning: setting('IFLA_BRPORT_LEARNING', 8, bool(u8)),
  /** Send unicast with an unknown destination out here. @default true */
  flood: setting('IFLA_BRPORT_UNICAST_FLOOD', 9, bool(u8)),
  /** @default true */
  mcastFlood: setting('IFLA_BRPORT_MCAST_FLOOD', 27, bool(u8)),
  /** @default true */
  bcastFlood: setting('IFLA_BRPORT_BCAST_FLOOD', 30, bool(u8)),
  /** Isolated ports do not talk to each other. @default false */
  isolated: setting('IFLA_BRPORT_ISOLATED', 33, bool(u8)),
  /** Only addresses in the forwarding database may send (802.1X). @default false */
  locked: setting('IFLA_BRPORT_LOCKED', 39, bool(u8), { since: '5.18' }),
  /** `blocking` is turned into `forwarding` at once without a spanning tree (`br_make_forwarding`). @default 'forwarding' */
  state: setting('IFLA_BRPORT_STATE', 1, portState),
  /** 1 to 65535. @default by the link's speed */
  cost: setting('IFLA_BRPORT_COST', 3, range(u32, 1, 65535)),
  /** 0 to 63. @default 32 */
  priority: setting('IFLA_BRPORT_PRIORITY', 2, range(u16, 0, 63)),
  /** Spanning tree: no message of the root is taken from here. @default false */
  rootBlock: setting('IFLA_BRPORT_PROTECT', 6, bool(u8)),
  /** Who leaves a group is sent nothing more of it at once, without a question for others. @default false */
  fastLeave: setting('IFLA_BRPORT_FAST_LEAVE', 7, bool(u8), { word: 'fastleave', ...snooping }),
  /** It gets every group: 0 never, 1 if a multicast router is heard here, 2 always, 3 for some time. @default 1 */
  mcastRouter: setting('IFLA_BRPORT_MULTICAST_ROUTER', 25, range(u8, 0, 3), { ...snooping, kernelDefault: 1 }),
  /** Each member of a group gets a copy to its own MAC address, instead of the group's. @default false */
  mcastToUnicast: setting('IFLA_BRPORT_MCAST_TO_UCAST', 28, bool(u8), snooping),
  /** ARP and ND of hosts behind it that the bridge knows are answered by the bridge (RFC 7432 section 10). @default false */
  neighSuppress: setting('IFLA_BRPORT_NEIGH_SUPPRESS', 32, bool(u8)),
  // `false`: `bridge link set` of Debian 12 does not know it.
  /** `neighSuppress` counts of each VLAN by itself, see `port.vlan.set`, and no more of the port (Linux 6.4). @default false */
  neighVlanSuppress: setting('IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', 43, bool(u8), { word: false, since: '6.4' }),
  /** The bridge answers ARP for hosts behind other ports (RFC 1027), and floods none to it. @default false */
  proxyArp: setting('IFLA_BRPORT_PROXYARP', 10, bool(u8), { word: false }),
  /** The same, as an access point does (IEEE 802.11 clause 10.23.13). @default false */
  proxyArpWifi: setting('IFLA_BRPORT_PROXYARP_WIFI', 12, bool(u8), { word: false }),
  /** VLANs are mapped to the ids of tunnels. @default false */
  vlanTunnel: setting('IFLA_BRPORT_VLAN_TUNNEL', 29, bool(u8)),
  /** As the bridge's, for what comes in here; bit 1 is refused (`BR_GROUPFWD_MACPAUSE`). @default 0 */
  groupFwdMask: setting('IFLA_BRPORT_GROUP_FWD_MASK', 31, u16, { word: false }),
  /** An address that is heard on a locked port is learnt, and locked as well (Linux 6.2); needs `locked` and `learning`. @default false */
  mab: setting('IFLA_BRPORT_MAB', 40, bool(u8), { word: false, since: '6.2' }),
  /**
   * The most MDB entries that the port may have, counted over all VLANs; 0 for no limit. The kernel refuses more of them, and ignores
   * reports of hosts (`br_multicast_port_ngroups_inc`, Linux 6.3). @default 0
   */
  mcastMaxGroups: setting('IFLA_BRPORT_MCAST_MAX_GROUPS', 42, u32, {
    ...{ word: false, since: '6.3', kernelDefault: 0, ...snooping },
  }),
  /** The id of a nexthop object that `backupPort` sends to while the port has no carrier; 0 for none (Linux 6.6). @default 0 */
  backupNhid: setting('IFLA_BRPORT_BACKUP_NHID', 44, u32, { word: false, ifAbsent: 0, since: '6.6', kernelDefault: 0 }),
  /** How many MDB entries the port has, counted over all VLANs (Linux 6.3). */
  mcastNGroups: setting('IFLA_BRPORT_MCAST_N_GROUPS', 41, u32, { word: false, readOnly: true }),
  // A spec says an interface, or false: `BackupOption`.
  backupPort: setting('IFLA_BRPORT_BACKUP_PORT', 34, backupDevice, { word: '', internal: true }),
};

export const bridgePort = table(rows);

/** The settings of a bridge port, in the words of `bridge link set` (camel-cased). */
export interface PortOptions extends NewSettings<typeof rows> {}

/** What the kernel tells of a port besides its settings. */
export type PortStatus = Pick<SettingsOf<typeof rows>, 'mcastNGroups'>;

/** What a port tells of its state, or of what follows from its settings: it is no setting itself. */
export const PORT_STATUS: Readonly<Record<string, number>> = {
  // The state is a setting that comes and goes with the carrier.
  ...{ IFLA_BRPORT_STATE: 1, IFLA_BRPORT_ROOT_ID: 13, IFLA_BRPORT_BRIDGE_ID: 14, IFLA_BRPORT_DESIGNATED_PORT: 15 },
  ...{ IFLA_BRPORT_DESIGNATED_COST: 16, IFLA_BRPORT_ID: 17, IFLA_BRPORT_NO: 18 },
  ...{ IFLA_BRPORT_TOPOLOGY_CHANGE_ACK: 19, IFLA_BRPORT_CONFIG_PENDING: 20, IFLA_BRPORT_MESSAGE_AGE_TIMER: 21 },
  ...{ IFLA_BRPORT_FORWARD_DELAY_TIMER: 22, IFLA_BRPORT_HOLD_TIMER: 23, IFLA_BRPORT_FLUSH: 24 },
  ...{ IFLA_BRPORT_MRP_RING_OPEN: 35, IFLA_BRPORT_MRP_IN_OPEN: 36, IFLA_BRPORT_MCAST_EHT_HOSTS_CNT: 38 },
  IFLA_BRPORT_MCAST_N_GROUPS: 41,
};

registerPortData(bridge.kind, bridgePort as Type<unknown, never>);

const told = readableOf(rows);

export const PORT_OPTIONS = told.flatMap(([name, { rules }]) => (rules.readOnly ? [] : name)) as (keyof PortOptions)[];

/** What is known of each of them, such as which kernels have it. */
export const PORT_RULES = Object.fromEntries(told.map(([name, { rules }]) => [name, rules])) as {
  readonly [K in keyof PortOptions]?: SettingRules;
};

/**
 * The ports of bridges. The kernel goes through the settings one by one, the flags before the state, and stops at the one
 * that it refuses (`br_setport`). They are read with the links: {@link portSettings}.
 */
export const bridgeLink = new Family({
  command: ['bridge', 'link'],
  messages: ['LINK', 16],
  changes: 'set',
  body: body(linkHeader, table({ settings: attribute('IFLA_PROTINFO', 12, flat(bridgePort)) })),
  complete: (change) => ({ ...change, family: AF_BRIDGE }),
  verbs: { change: 'set' },
  words: ({ index = 0 }, names, rest) => ['dev', names.device(index), ...rest],
});

export function isBridgePort({ slaveKind }: Pick<LinkState, 'slaveKind'>): boolean {
  return slaveKind === bridge.kind;
}

/** All settings of a port, as the kernel reports them. Undefined if the device is not a port. */
export function portOf(link: Pick<LinkState, 'slaveKind' | 'slaveData'>): ReadOf<typeof bridgePort.rows> | undefined {
  if (!isBridgePort(link)) return undefined;
  return (link.slaveData ?? bridgePort.read(Buffer.alloc(0))) as ReadOf<typeof bridgePort.rows>;
}

/** The port settings that a spec can change. Older kernels lack some. Empty if the device is not a port. */
export function portSettings(link: Pick<LinkState, 'slaveKind' | 'slaveData'>): PortOptions {
  return withoutUndefined(pick(portOf(link) ?? {}, PORT_OPTIONS));
}

/** What the kernel tells of a port and no spec can set. Empty on older kernels. */
export function portStatus(link: Pick<LinkState, 'slaveKind' | 'slaveData'>): PortStatus {
  return withoutUndefined(pick(portOf(link) ?? {}, ['mcastNGroups']));
}

/** Checks what a spec says of a port. @throws UsageError */
export function checkPortOptions(call: string, options: PortOptions): void {
  for (const name of PORT_OPTIONS) checkByRule(bridgePort.rows[name].of, call, name, options[name]);
}
