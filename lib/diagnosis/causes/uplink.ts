import { type Hop, isLink } from '../../lab/index.ts';
import { macvlan } from '../../links/macvlan.ts';
import { hopsOf } from '../../trace/path.ts';
import { uplinkOf } from '../../trace/uplink.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';

/** Where a frame was last seen that left the lab by a real NIC, and that nothing more is known of it. */
export function lastBeforeUplink(path: Hop): CauseAt | undefined {
  for (const hop of hopsOf(path)) {
    const device = hop.frame.at;
    const isEnd = hop.frame.direction === 'out' && hop.next.length === 0;
    const uplink = isEnd && isLink(device, macvlan) ? uplinkOf(device) : undefined;
    if (!uplink) continue;
    const siblings = [...uplink.children].filter((child) => !child.deleted && child !== device).map(deviceName);
    const facts = { device: deviceName(device), uplink: uplink.name, siblings };
    return { hop, cause: { code: 'uplink.left', facts } };
  }
  return undefined;
}
