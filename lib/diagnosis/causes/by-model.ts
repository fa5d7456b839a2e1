import type { Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { readFrame } from '../../model/frame.ts';
import { MODEL_PARTS } from '../../model/network.ts';
import { predict } from '../../model/predict.ts';
import type { Prediction } from '../../model/prediction.ts';
import { readNetwork } from '../../state/read-network.ts';
import type { CapturedFrame } from '../../trace/capture.ts';
import type { Step } from '../../trace/expected-way.ts';
import { deviceName } from '../names.ts';
import { linkCause } from './link.ts';

/**
 * What keeps a frame from going from one device to the next on its link: a cable, a bridge, a parent and what is on it.
 * Undefined where the model has it go there, or does not know.
 */
export function modelledCause(here: Step, next: Step, { bytes, originalLength }: CapturedFrame): Cause | undefined {
  const frame = readFrame(bytes, originalLength);
  if (!frame || !here.at.stateIfThere() || !next.at.stateIfThere()) return undefined;
  const state = readNetwork(here.at.namespace.lab.namespaces, MODEL_PARTS);
  const prediction = predict(state, frame, placeOf(here));
  if (prediction.next.some(({ at }) => isAt(at, next.at))) return undefined;
  const cause = dropOf(prediction, next.at);
  if (cause?.code !== 'link.no-carrier') return cause;
  // Which end of a cable is down, or which parent, the devices say.
  const device = [here.at, next.at].find((each) => deviceName(each) === cause.facts.device);
  return (device && linkCause(device)) ?? cause;
}

/** The drop of the copy for a device; or of the frame itself, whoever it was for. */
function dropOf({ drops }: Prediction, to: Interface): Cause | undefined {
  const own = drops.find(({ towards }) => towards && isAt(towards, to)) ?? drops.find(({ towards }) => !towards);
  return own?.cause;
}

function placeOf({ at, direction }: Step) {
  return { namespace: at.namespace.name, index: at.index, direction };
}

function isAt({ namespace, index }: { namespace: string; index: number }, device: Interface): boolean {
  return namespace === device.namespace.name && index === device.index;
}
