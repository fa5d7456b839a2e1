import type { CapturedFrame } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { predictionAt } from './by-model.ts';

/** Why the host of a parent did not get a frame that its device received: a macvlan on it took the frame (`macvlan_handle_frame`). */
export function takenByChild(frame: CapturedFrame): Cause | undefined {
  const { at } = frame;
  if (at.children.size === 0) return undefined;
  const prediction = predictionAt(frame, frame);
  if (!prediction || prediction.accepted || prediction.unknown !== undefined) return undefined;
  const isItself = (device: { namespace: string; index: number }) =>
    device.namespace === at.namespace.name && device.index === at.index;
  return prediction.drops.find(({ towards }) => !towards || isItself(towards))?.cause;
}
