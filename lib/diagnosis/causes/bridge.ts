import { type Interface, isBridge } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { deviceName } from '../names.ts';
import { portLinkCause } from './link.ts';

interface Place {
  at: Interface;
  direction: 'in' | 'out';
}

/** Why a frame did not get from a port up to its bridge's own host, or from the host down to a port. */
export function bridgeCause(here: Place, next: Place): Cause | undefined {
  const [bridge, port] = isBridge(here.at) ? [here.at, next.at] : [next.at, here.at];
  // What the host's stack makes of it is the router's or the target's matter.
  if (!isBridge(bridge) || here.direction !== next.direction) return undefined;
  if (!bridge.state().up) return { code: 'link.down', facts: { device: deviceName(bridge) } };
  return portLinkCause(port);
}
