import type { Interface } from '../../lab/index.ts';
import type { Obstacle } from './obstacle.ts';

/** Why what a device sent went nowhere: it is a dummy. */
export function dummyObstacle(device: Interface): Obstacle | undefined {
  if (device.kind !== 'dummy') return undefined;
  return { text: `${device} is a dummy: it drops whatever it is sent (dummy_xmit), and nothing ever comes in by it` };
}
