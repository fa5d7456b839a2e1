import { AF_BRIDGE } from '../kernel/constants.ts';
import { body } from './body.ts';
import { type Request, requestOf } from './request.ts';
import { device, pad, u8, u32 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, attributes, table } from './table.ts';

const RTM_GETTUNNEL = 122;

/** The list of VNIs of each vxlan with `vnifilter`, as `bridge vni` has it (Linux 5.18). */
export const bridgeVnis = body(
  struct('tunnel_msg', { family: u8, padding: pad(3), device }),
  table({
    entries: attributes(
      'VXLAN_VNIFILTER_ENTRY',
      1,
      table({
        first: attribute('VXLAN_VNIFILTER_ENTRY_START', 1, u32, { ifAbsent: 0 }),
        last: attribute('VXLAN_VNIFILTER_ENTRY_END', 2, u32),
      }),
    ),
  }),
);

/** Asks for the VNIs of one device, by its ifindex. */
export function vnisOf(index: number): Request<ReturnType<typeof bridgeVnis.read>> {
  const values = { family: AF_BRIDGE, device: index, entries: [] };
  return requestOf(RTM_GETTUNNEL, bridgeVnis, values, { words: 'bridge vni' });
}
