import { AF_BRIDGE } from '../../kernel/constants.ts';
import { bit, bits } from '../codec/bits.ts';
import { answeredBy, body } from '../codec/body.ts';
import type { ReadOf, WriteOf } from '../codec/object-of.ts';
import { u16, u32 } from '../codec/scalars.ts';
import { attribute, attributes, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import { portBody, vlanHeader } from './bridge-vlan.ts';
import { type PortState, portState } from './port-state.ts';
import { VLAN_MULTICAST, vlanMulticastRows } from './vlan-multicast.ts';
import { rangeOf, type VlanIds } from './vlan-rows.ts';

/** VLANs in a row that are of one instance of a bridge's spanning trees. */
export interface VlansOfInstance {
  first: number;
  last: number;
  msti: number;
  /** Their multicast settings. Empty on a kernel without such settings. */
  multicast: Partial<ReadOf<typeof vlanMulticastRows>>;
}

const globals = table({
  options: attributes(
    'BRIDGE_VLANDB_GLOBAL_OPTIONS',
    2,
    table({
      id: attribute('BRIDGE_VLANDB_GOPTS_ID', 1, u16, { ifAbsent: 0, word: false }),
      last: attribute('BRIDGE_VLANDB_GOPTS_RANGE', 2, u16, { word: false }),
      msti: attribute('BRIDGE_VLANDB_GOPTS_MSTI', 18, u16, { ifAbsent: 0 }),
      ...vlanMulticastRows,
    }),
    { word: '' },
  ),
});

/** A list is to have what VLANs have in the whole bridge, in place of what they have at each port. */
const dumped = bits(u32, { isGlobal: bit('BRIDGE_VLANDB_DUMPF_GLOBAL', 2) });

type VlanConfig = { index?: number; id?: VlanIds; msti?: number } & WriteOf<typeof vlanMulticastRows>;

/** What VLANs have in a whole bridge (`bridge vlan global`, Linux 5.15; instances of spanning trees 5.18). */
export const bridgeVlanGlobal = new Family({
  command: ['bridge', 'vlan'],
  messages: ['VLAN', 112],
  body: answeredBy(
    body(
      vlanHeader,
      table({ ...globals.rows, filter: attribute('BRIDGE_VLANDB_DUMP_FLAGS', 1, flat(dumped), { word: false }) }),
    ),
    body(vlanHeader, globals),
  ),
  complete: ({ index, id = 0, ...config }: VlanConfig, verb) => {
    const [first, last] = rangeOf(id);
    const options = [{ id: first, ...(first === last ? {} : { last }), ...config }];
    return { family: AF_BRIDGE, ...(verb === 'list' ? { isGlobal: true } : { index, options }) };
  },
  state: ({ index, options }): { index: number; vlans: VlansOfInstance[] } => ({
    index,
    vlans: options.map(({ id, last = id, msti, ...read }) => {
      const told = VLAN_MULTICAST.filter((name) => read[name] !== undefined).map((name) => [name, read[name]]);
      return { first: id, last, msti, multicast: Object.fromEntries(told) };
    }),
  }),
  verbs: { change: 'global set', list: 'global show' },
  words: ({ index = 0, id }, names, rest) => ['vid', String(id), 'dev', names.device(index), ...rest],
});

/** The state of an instance of the spanning trees at a port. */
interface InstanceState {
  msti: number;
  state: PortState | `${number}`;
}

const spec = table({
  mst: attribute(
    'IFLA_BRIDGE_MST',
    6,
    table({
      entries: attributes(
        'IFLA_BRIDGE_MST_ENTRY',
        1,
        table({
          msti: attribute('IFLA_BRIDGE_MST_ENTRY_MSTI', 1, u16, { ifAbsent: 0 }),
          state: attribute('IFLA_BRIDGE_MST_ENTRY_STATE', 2, portState, { ifAbsent: 'disabled' }),
        }),
        { word: '' },
      ),
    }),
    { word: '' },
  ),
});

/** The states of ports in the instances of their bridge's spanning trees: a list has one answer a port. */
export const bridgeMst = new Family({
  command: ['bridge', 'mst'],
  messages: ['LINK', 16],
  changes: 'set',
  body: portBody(spec, { withInstances: bit('RTEXT_FILTER_MST', 128) }),
  complete: ({ index, ...entry }: { index?: number } & Partial<InstanceState>, verb) => ({
    family: AF_BRIDGE,
    ...(verb === 'list' ? { withInstances: true } : { index, mst: { entries: [entry] } }),
  }),
  state: ({ index, mst }): { index: number; instances: InstanceState[] } => ({ index, instances: mst?.entries ?? [] }),
  verbs: { change: 'set' },
  words: ({ index = 0 }, names, rest) => ['dev', names.device(index), ...rest],
});
