import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, leadsAway, type Verdict } from './prediction.ts';

/** `vxlan_xmit`: one that is `external` frees what nobody has given a tunnel. Where the others go the model does not follow. */
export function sendByVxlan(device: Device, { tunnel }: Frame): readonly Verdict[] {
  if (typeof tunnel !== 'object') return [leadsAway(device)];
  return [drop({ code: 'bridge.no-tunnel', facts: { port: device.name, ...tunnel } }, 'vxlan_xmit')];
}
