import { enginesOf } from '../../lab/engines/engine.ts';
import type { CapturedFrame, Interface, Lab, Namespace } from '../../lab/index.ts';
import { stateIfThere } from '../../lab/interface-state.ts';
import type { Cause } from '../../model/cause.ts';
import { readFrame } from '../../model/frame.ts';
import { type Device, MODEL_PARTS, type ModelState, networkOf } from '../../model/network.ts';
import { predict } from '../../model/predict.ts';
import type { Prediction } from '../../model/prediction.ts';
import type { LinkPlace } from '../../state/network-state.ts';
import { readNetwork } from '../../state/read-network.ts';
import { sysctlsOnDemand } from '../../state/read-sysctls.ts';
import type { Step } from '../../trace/expected-way.ts';
import type { Bytes } from './as-routed.ts';

/** What the model says of a frame at a device; undefined for bytes that are not a frame, and for a device that is gone. */
export function predictionAt({ at, direction }: Step, { bytes, originalLength }: Bytes): Prediction | undefined {
  const frame = readFrame(bytes, originalLength);
  if (!frame || !stateIfThere(at)) return undefined;
  return predict(stateOf(at.namespace.lab), frame, { ...placeOf(at), direction });
}

/**
 * What keeps a frame from going from one device to the next on its link: a cable, a bridge, a parent and what is on it.
 * Undefined where the model has it go there, or does not know.
 */
export function modelledCause(here: Step, next: Step, frame: CapturedFrame): Cause | undefined {
  const prediction = predictionAt(here, frame);
  if (!prediction || prediction.next.some(({ at }) => isAt(at, next.at))) return undefined;
  const { drops } = prediction;
  // The drop of the copy for that device, or of the frame itself, whoever it was for.
  const drop = drops.find(({ towards }) => towards && isAt(towards, next.at)) ?? drops.find(({ towards }) => !towards);
  const { bridge } = here.at;
  // What comes in by a port goes to other ports through the bridge.
  const ofBridge = bridge && drops.find(({ towards }) => towards && isAt(towards, bridge));
  return (drop ?? ofBridge)?.cause;
}

/**
 * What a device did to a frame that it was given to send.
 *
 * @param before where the frame was seen last before: what a bridge tells a tunnel of it, its bytes do not say
 */
export function causeAtEnd(end: CapturedFrame, before: CapturedFrame | undefined): Cause | undefined {
  const own = predictionAt(end, end);
  const behind =
    before && predictionAt(before, before)?.next.find(({ at }) => isAt(at, end.at) && at.direction === 'out');
  const drops = [...(own?.drops ?? []), ...(behind?.drops ?? [])];
  return drops.find(({ towards }) => !towards)?.cause;
}

/** A device in the model of its lab as it is now; undefined where it is gone. */
export function modelled(device: Interface): Device | undefined {
  return stateIfThere(device) && networkOf(stateOf(device.namespace.lab)).find(placeOf(device));
}

/** The same, but in the model of its namespace alone: enough for what a host itself does with a packet. */
export function modelledAlone(device: Interface): Device | undefined {
  if (!stateIfThere(device)) return undefined;
  const { namespace } = device;
  return networkOf(states?.get(namespace.lab) ?? readState([namespace])).find(placeOf(device));
}

/** Every device in the model of a lab as it is now. */
export function modelledDevices(lab: Lab): readonly Device[] {
  return networkOf(stateOf(lab)).devices;
}

function isAt({ namespace, index }: LinkPlace, device: Step['at']): boolean {
  return namespace === device.namespace.name && index === device.index;
}

/** The state of each lab, while {@link atOneMoment} runs. */
let states: Map<Lab, ModelState> | undefined;

/**
 * Runs a synchronous function that asks the model several times. Each answer is for the same moment, because each lab is read only
 * once. Reading costs some milliseconds a namespace.
 */
export function atOneMoment<T>(fn: () => T): T {
  if (states) return fn();
  states = new Map();
  try {
    return fn();
  } finally {
    states = undefined;
  }
}

function stateOf(lab: Lab): ModelState {
  const state = states?.get(lab) ?? readState(lab.namespaces);
  states?.set(lab, state);
  return state;
}

/** Where a packet filter or traffic control took a frame, the kernel has said so, and has been believed. Sysctls are read on demand. */
const PARTS = MODEL_PARTS.filter((part) => part !== 'filters' && part !== 'qdiscs' && part !== 'sysctls');
const NOTHING = { filters: { nftables: [], legacy: [], ipsec: false, ipvs: false }, qdiscs: [] };

/** The network as it is, but for packet filters and traffic control. */
function readState(namespaces: readonly Namespace[]): ModelState {
  const engines = enginesOf(namespaces);
  const state = readNetwork(engines, PARTS);
  return {
    namespaces: engines.map(({ netns, rtnetlink }, at) => {
      const namespace = state.namespaces[at] as (typeof state.namespaces)[number];
      return { ...namespace, ...NOTHING, sysctls: sysctlsOnDemand(netns, rtnetlink, namespace.links) };
    }),
  };
}

function placeOf({ namespace, index }: Step['at']): LinkPlace {
  return { namespace: namespace.name, index };
}
