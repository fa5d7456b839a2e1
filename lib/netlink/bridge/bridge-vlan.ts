import { AF_BRIDGE } from '../../kernel/constants.ts';
import { type Bit, bit, bits } from '../codec/bits.ts';
import { answeredBy, body } from '../codec/body.ts';
import { bool, device, pad, range, u8, u16, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, attributes, type Rows, type Table, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import { linkHeader } from '../link.ts';
import { type PortState, portState } from './port-state.ts';
import { membersOf, rangeOf, type VlanIds } from './vlan-rows.ts';

/** A VLAN of a bridge's port, or of the bridge itself, as `bridge vlan` has it. */
export interface BridgeVlan {
  id: number;
  /** What comes in without a tag is of this VLAN. */
  pvid: boolean;
  /** What goes out has no tag. */
  untagged: boolean;
  /** Where it is another than `forwarding`. */
  state?: VlanState | undefined;
  /** Where it is on: see `neighVlanSuppress` of ports. */
  neighSuppress?: boolean | undefined;
  /** Where the port maps it: the identifier of its tunnel. */
  tunnelId?: number | undefined;
  /** Where it is another than 1: see `mcastRouter` of ports. */
  mcastRouter?: number | undefined;
  /** Where there is a limit: see `mcastMaxGroups` of ports. */
  mcastMaxGroups?: number | undefined;
}

export type VlanState = PortState | `${number}`;

const RANGE = {
  isFirst: bit('BRIDGE_VLAN_INFO_RANGE_BEGIN', 8),
  isLast: bit('BRIDGE_VLAN_INFO_RANGE_END', 16),
};

const vlan = struct('bridge_vlan_info', {
  flags: flat(
    bits(u16, {
      pvid: bit('BRIDGE_VLAN_INFO_PVID', 2, 'pvid'),
      untagged: bit('BRIDGE_VLAN_INFO_UNTAGGED', 4, 'untagged'),
      ...RANGE,
      onlyOptions: bit('BRIDGE_VLAN_INFO_ONLY_OPTS', 64),
    }),
  ),
  vid: u16,
});

const tunnel = table({
  tunnelId: attribute('IFLA_BRIDGE_VLAN_TUNNEL_ID', 1, u32),
  vid: attribute('IFLA_BRIDGE_VLAN_TUNNEL_VID', 2, u16),
  flags: attribute('IFLA_BRIDGE_VLAN_TUNNEL_FLAGS', 3, flat(bits(u16, RANGE))),
});

/** `BRIDGE_FLAGS_SELF`: the bridge's own, not a port's. */
const ofBridge = bits(u16, { self: bit('BRIDGE_FLAGS_SELF', 2, 'self') });

const spec = table({
  flags: attribute('IFLA_BRIDGE_FLAGS', 0, flat(ofBridge)),
  vlans: attributes('IFLA_BRIDGE_VLAN_INFO', 2, vlan),
  tunnels: attributes('IFLA_BRIDGE_VLAN_TUNNEL_INFO', 3, tunnel),
});

/** A message about a part of what ports have. `filter`: a list is to have that part, each member of it for itself. */
export function portBody<F extends Rows, K extends string>(spec: Table<F>, filter: Readonly<Record<K, Bit>>) {
  return body(
    linkHeader,
    table({
      spec: attribute('IFLA_AF_SPEC', 26, flat(spec)),
      filter: attribute('IFLA_EXT_MASK', 29, flat(bits(u32, filter)), { word: false }),
    }),
  );
}

/**
 * The VLANs of a bridge's ports: a list has one answer a port, and one for the bridge itself. With tunnels a message is of their
 * mapping alone, as iproute2 has it.
 */
export const bridgeVlan = new Family({
  command: ['bridge', 'vlan'],
  messages: ['LINK', 16],
  makes: 'set',
  body: portBody(spec, { withVlans: bit('RTEXT_FILTER_BRVLAN', 2) }),
  complete: ({ index, self, ...config }: VlanConfig, verb) =>
    verb === 'list'
      ? { family: AF_BRIDGE, withVlans: true }
      : {
          family: AF_BRIDGE,
          index,
          self,
          ...(config.tunnelId === undefined ? { vlans: messagesOf(config) } : { tunnels: tunnelsOf(config) }),
        },
  state: ({ index, vlans }): { index: number; vlans: BridgeVlan[] } => ({
    index,
    vlans: vlans.map(({ vid, pvid, untagged }) => ({ id: vid, pvid, untagged })),
  }),
  words: ({ index = 0, id, pvid, untagged, self, tunnelId }, names) => [
    ...['dev', names.device(index), 'vid', String(id)],
    ...[pvid && 'pvid', untagged && 'untagged', self && 'self'].map((word) => word || undefined),
    ...(tunnelId === undefined ? [] : ['tunnel_info', 'id', String(tunnelId)]),
  ],
});

interface VlanConfig {
  index?: number;
  /** iproute2's word for the bridge's own. */
  self?: boolean;
  id?: VlanIds;
  pvid?: boolean | undefined;
  untagged?: boolean | undefined;
  /** One, or for a range as many in a row. */
  tunnelId?: VlanIds | undefined;
}

/** A range travels as its first and its last VLAN. */
function messagesOf({ id = 0, ...flags }: VlanConfig) {
  const [first, last] = rangeOf(id);
  if (first === last) return [{ ...flags, vid: first }];
  return [
    { ...flags, vid: first, isFirst: true },
    { ...flags, vid: last, isLast: true },
  ];
}

function tunnelsOf({ id = 0, tunnelId = 0 }: VlanConfig) {
  const [first, last] = rangeOf(id);
  const [tunnelOfFirst, tunnelOfLast] = rangeOf(tunnelId);
  if (first === last) return [{ vid: first, tunnelId: tunnelOfFirst }];
  return [
    { vid: first, tunnelId: tunnelOfFirst, isFirst: true },
    { vid: last, tunnelId: tunnelOfLast, isLast: true },
  ];
}

export const vlanHeader = struct('br_vlan_msg', { family: u8, padding: pad(3), index: device });

const answer = table({
  entries: attributes(
    'BRIDGE_VLANDB_ENTRY',
    1,
    table({
      vlan: attribute('BRIDGE_VLANDB_ENTRY_INFO', 1, vlan, { word: false }),
      last: attribute('BRIDGE_VLANDB_ENTRY_RANGE', 2, u16, { word: false }),
      state: attribute('BRIDGE_VLANDB_ENTRY_STATE', 3, portState, { ifAbsent: 'forwarding' }),
      tunnel: attribute(
        'BRIDGE_VLANDB_ENTRY_TUNNEL_INFO',
        4,
        table({ tunnelId: attribute('BRIDGE_VLANDB_TINFO_ID', 1, u32) }),
      ),
      mcastRouter: attribute('BRIDGE_VLANDB_ENTRY_MCAST_ROUTER', 6, range(u8, 0, 3)),
      mcastMaxGroups: attribute('BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS', 8, u32),
      neighSuppress: attribute('BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS', 9, bool(u8)),
    }),
    { word: '' },
  ),
});

/**
 * With their counters a list has each VLAN for itself. Otherwise a kernel puts VLANs into one row whose `neigh_suppress` differs, and
 * says that of the first (br_vlan_opts_eq_range, seen in 6.12).
 */
const dumped = bits(u32, { withStats: bit('BRIDGE_VLANDB_DUMPF_STATS', 1) });

const request = table({
  ...answer.rows,
  filter: attribute('BRIDGE_VLANDB_DUMP_FLAGS', 1, flat(dumped), { word: false }),
});

/**
 * What VLANs have at a port beside their flags (`bridge vlan set`, Linux 5.8). A list has an answer a bridge and one a port;
 * a kernel without `CONFIG_BRIDGE_VLAN_FILTERING` knows no such message.
 */
export const bridgeVlanOptions = new Family({
  command: ['bridge', 'vlan'],
  messages: ['VLAN', 112],
  body: answeredBy(body(vlanHeader, request), body(vlanHeader, answer)),
  complete: ({ index, id = 0, ...options }: { index?: number; id?: VlanIds } & VlanOptions, verb) => {
    const [first, last] = rangeOf(id);
    // Without the flag the kernel takes the VLAN's own flags away (br_vlan_rtm_process_one).
    const entry = { vlan: { vid: first, onlyOptions: true }, ...(first === last ? {} : { last }), ...options };
    return { family: AF_BRIDGE, ...(verb === 'list' ? { withStats: true } : { index, entries: [entry] }) };
  },
  state: ({ index, entries }): { index: number; vlans: VlanRun[] } => ({
    index,
    vlans: entries.map(
      ({ vlan: { vid = 0, pvid = false, untagged = false } = {}, last = vid, tunnel, ...options }) => ({
        ...{ first: vid, last, pvid, untagged, tunnelId: tunnel?.tunnelId },
        ...options,
      }),
    ),
  }),
  verbs: { change: 'set' },
  words: ({ index = 0, id }, names, rest) => ['vid', String(id), 'dev', names.device(index), ...rest],
});

/** VLANs in a row that are alike. Their tunnels are in a row as well: `tunnelId` is that of the first. */
export interface VlanRun extends Omit<BridgeVlan, 'id'> {
  first: number;
  last: number;
}

/** What a VLAN has at a port beside its flags. */
export type VlanOptions = Pick<BridgeVlan, 'state' | 'neighSuppress' | 'mcastRouter' | 'mcastMaxGroups'>;

/** `br_multicast_port_ctx_init` */
const USUAL = { mcastRouter: 1, mcastMaxGroups: 0 } as const;

/** The multicast settings of a VLAN at a port that are not those of a new one. */
export function changedMulticast(vlan: VlanOptions): Pick<BridgeVlan, keyof typeof USUAL> {
  const names = Object.keys(USUAL) as (keyof typeof USUAL)[];
  const changed = names.filter((name) => vlan[name] !== undefined && vlan[name] !== USUAL[name]);
  return Object.fromEntries(changed.map((name) => [name, vlan[name]]));
}

/** Each VLAN of a row. An identifier of 0 counts for none (br_handle_egress_vlan_tunnel). */
export function vlansOf({ first, last, tunnelId = 0, ...run }: VlanRun): BridgeVlan[] {
  return membersOf({ first, last }).map((id) => ({
    ...{ id, ...run },
    tunnelId: tunnelId === 0 ? undefined : tunnelId + id - first,
  }));
}
