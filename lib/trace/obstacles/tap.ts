import { type Interface, TapInterface } from '../../lab/index.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a namespace did not answer what came in by a macvtap or ipvtap: whoever has that open was given it (`tap_handle_frame`). */
export function tapObstacle(device: Interface): Obstacle | undefined {
  if (!(device instanceof TapInterface) || device.queues.length === 0) return undefined;
  return {
    text: `${device} is open as a character device: its frames go there, and not to the stack of ${device.namespace}`,
    hint: `whoever reads there has to answer; or close() the queue of ${device}`,
  };
}
