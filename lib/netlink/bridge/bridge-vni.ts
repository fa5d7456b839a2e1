import { AF_BRIDGE } from '../../kernel/constants.ts';
import { isMulticastIp } from '../../wire/ip-address.ts';
import { body } from '../codec/body.ts';
import { device, ip4, ip6, pad, u8, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, attributes, table } from '../codec/table.ts';
import { Family } from '../family.ts';
import { idsOf } from './vlan-rows.ts';

/** Network identifiers in a row, that a vxlan with `vnifilter` takes. */
export interface VniRow {
  /** The vxlan, by its ifindex. */
  device: number;
  first: number;
  last: number;
  /** The other end, or the group of the other ends; undefined for none. */
  to: string | undefined;
}

/** The lists of vxlans with `vnifilter`, as `bridge vni` has them (Linux 5.18). The kernel answers with all rows of a vxlan at once. */
export const bridgeVni = new Family({
  command: ['bridge', 'vni'],
  messages: ['TUNNEL', 120],
  body: body(
    struct('tunnel_msg', { family: u8, padding: pad(3), device }),
    table({
      entries: attributes(
        'VXLAN_VNIFILTER_ENTRY',
        1,
        table({
          first: attribute('VXLAN_VNIFILTER_ENTRY_START', 1, u32, { ifAbsent: 0 }),
          last: attribute('VXLAN_VNIFILTER_ENTRY_END', 2, u32),
          to4: attribute('VXLAN_VNIFILTER_ENTRY_GROUP', 3, ip4),
          to6: attribute('VXLAN_VNIFILTER_ENTRY_GROUP6', 4, ip6),
        }),
      ),
    }),
  ),
  complete: ({ device: index = 0, first, last, to }: Partial<VniRow>) => ({
    ...{ family: AF_BRIDGE, device: index },
    entries:
      first === undefined
        ? []
        : [
            {
              ...{ first, ...(last === first ? {} : { last }) },
              ...(to === undefined ? {} : to.includes(':') ? { to6: to } : { to4: to }),
            },
          ],
  }),
  state: ({ device: index, entries }): VniRow[] =>
    entries.map(({ first, last = first, to4, to6 }) => ({ device: index, first, last, to: to4 ?? to6 })),
  words: ({ device: index = 0, first = 0, last = first, to }, names) => [
    ...['vni', String(idsOf(first, last))],
    ...(to === undefined ? [] : [isMulticastIp(to) ? 'group' : 'remote', to]),
    ...['dev', names.device(index)],
  ],
  listWords: ({ device: index }, names) => (index === undefined ? [] : ['dev', names.device(index)]),
});
