import { AF_BRIDGE } from '../kernel/constants.ts';
import { bit, bits } from './bits.ts';
import { body } from './body.ts';
import { Family } from './family.ts';
import { linkHeader } from './link.ts';
import { device, pad, u8, u16, u32 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, attributes, table } from './table.ts';
import { flat } from './type.ts';

/** A VLAN of a bridge's port, or of the bridge itself, as `bridge vlan` has it. */
export interface BridgeVlan {
  id: number;
  /** What comes in without a tag is of this VLAN. */
  pvid: boolean;
  /** What goes out has no tag. */
  untagged: boolean;
}

/** One VLAN, or several in a row, as in `bridge vlan add vid 100-199`. */
export type VlanIds = number | `${number}-${number}`;

const vlan = struct('bridge_vlan_info', {
  flags: flat(
    bits(u16, {
      pvid: bit('BRIDGE_VLAN_INFO_PVID', 2, 'pvid'),
      untagged: bit('BRIDGE_VLAN_INFO_UNTAGGED', 4, 'untagged'),
      isFirst: bit('BRIDGE_VLAN_INFO_RANGE_BEGIN', 8),
      isLast: bit('BRIDGE_VLAN_INFO_RANGE_END', 16),
    }),
  ),
  vid: u16,
});

/** `BRIDGE_FLAGS_SELF`: the bridge's own, not a port's. */
const ofBridge = bits(u16, { self: bit('BRIDGE_FLAGS_SELF', 2, 'self') });

const spec = table({
  flags: attribute('IFLA_BRIDGE_FLAGS', 0, flat(ofBridge)),
  vlans: attributes('IFLA_BRIDGE_VLAN_INFO', 2, vlan),
});

/** `RTEXT_FILTER_BRVLAN`: a list is to have the VLANs, each for itself. */
const wanted = bits(u32, { withVlans: bit('RTEXT_FILTER_BRVLAN', 2) });

/** The VLANs of a bridge's ports: a list has one answer a port, and one for the bridge itself. */
export const bridgeVlan = new Family({
  command: ['bridge', 'vlan'],
  messages: ['LINK', 16],
  makes: 'set',
  body: body(
    linkHeader,
    table({
      spec: attribute('IFLA_AF_SPEC', 26, flat(spec)),
      filter: attribute('IFLA_EXT_MASK', 29, flat(wanted), { word: false }),
    }),
  ),
  complete: ({ index, self, ...said }: Said, verb) =>
    verb === 'list'
      ? { family: AF_BRIDGE, withVlans: true }
      : { family: AF_BRIDGE, index, self, vlans: messagesOf(said) },
  state: ({ index, vlans }): { index: number; vlans: BridgeVlan[] } => ({
    index,
    vlans: vlans.map(({ vid, pvid, untagged }) => ({ id: vid, pvid, untagged })),
  }),
  words: ({ index = 0, id, pvid, untagged, self }, names, _, verb) =>
    verb === 'list'
      ? []
      : [
          ...['dev', names.device(index), 'vid', String(id)],
          ...[pvid && 'pvid', untagged && 'untagged', self && 'self'].map((word) => word || undefined),
        ],
});

interface Said {
  index?: number;
  /** iproute2's word for the bridge's own. */
  self?: boolean;
  id?: VlanIds;
  pvid?: boolean | undefined;
  untagged?: boolean | undefined;
}

/** A range travels as its first and its last VLAN. */
function messagesOf({ id = 0, ...flags }: Said) {
  const [first, last] = rangeOf(id);
  if (first === last) return [{ ...flags, vid: first }];
  return [
    { ...flags, vid: first, isFirst: true },
    { ...flags, vid: last, isLast: true },
  ];
}

/** The first VLAN and the last of some. */
export function rangeOf(ids: VlanIds): [first: number, last: number] {
  const [first = 0, last = first] = String(ids).split('-').map(Number);
  return [first, last];
}

const FORWARDING = 3;

/**
 * The states of single VLANs at a port (`bridge vlan set … state`, Linux 5.8). A list has an answer a bridge and one a port;
 * a kernel without `CONFIG_BRIDGE_VLAN_FILTERING` knows no such message.
 */
export const bridgeVlanState = new Family({
  command: ['bridge', 'vlan'],
  messages: ['VLAN', 112],
  body: body(
    struct('br_vlan_msg', { family: u8, padding: pad(3), index: device }),
    table({
      entries: attributes(
        'BRIDGE_VLANDB_ENTRY',
        1,
        table({ state: attribute('BRIDGE_VLANDB_ENTRY_STATE', 3, u8, { ifAbsent: FORWARDING }) }),
      ),
    }),
  ),
  complete: () => ({ family: AF_BRIDGE }),
  state: ({ index, entries }): { index: number; allForward: boolean } => ({
    index,
    allForward: entries.every(({ state }) => state === FORWARDING),
  }),
});
