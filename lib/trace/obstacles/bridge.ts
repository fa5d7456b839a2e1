import { Bridge, type Interface } from '../../lab/index.ts';
import type { Obstacle } from './obstacle.ts';

interface Place {
  at: Interface;
  direction: 'in' | 'out';
}

/** Why a frame did not get from a port up to its bridge's own host, or from the host down to a port. */
export function bridgeObstacle(here: Place, next: Place): Obstacle | undefined {
  const [bridge, port] = here.at instanceof Bridge ? [here.at, next.at] : [next.at, here.at];
  // What the host's stack makes of it is the router's or the target's matter.
  if (!(bridge instanceof Bridge) || here.direction !== next.direction) return undefined;
  if (!bridge.state().up) return { text: `${bridge} is down`, hint: `bring it up: set({ up: true }) on ${bridge}` };
  const link = port.state();
  if (!link.up) return { text: `${port} is down`, hint: `bring it up: set({ up: true }) on ${port}` };
  if (!link.carrier) return { text: `${port} has no carrier: the other end of its cable is down` };
  return undefined;
}
