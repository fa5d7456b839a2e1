import { deviceAt } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import { type CapturedFrame, type Hop, Interface, type Namespace } from '../../lab/index.ts';
import { Capture } from '../../trace/capture.ts';
import { type DeviceRedirect, readRedirects } from '../../trace/device-hooks.ts';
import { expectedWay, type Step } from '../../trace/expected-way.ts';
import { hopsOf } from '../../trace/path.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { isGroupMac } from '../../wire/mac-address.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { predictionAt } from './by-model.ts';

/** Whose frame it is, and whom it is for. */
interface Ends {
  /** The device that its sender was to send it by; undefined where that is not known. */
  by: Interface | undefined;
  goal: Interface | Namespace | undefined;
}

/**
 * Where a filter of traffic control took a frame from its way (`tcf_mirred_act`): it was seen at the device that the filter
 * names, the model has it go elsewhere, and from there it does not come to the device with its MAC address. A filter may be
 * a part of the way, too: then the frame was lost for another reason.
 */
export function redirected(path: Hop, { by, goal }: Ends): CauseAt | undefined {
  const { lab } = path.frame.at.namespace;
  // Only a program makes filters.
  if (engineOf(lab).isPristine) return undefined;
  const inLab = new Map(lab.namespaces.map((namespace) => [namespace, readRedirects(namespace)]));
  const first = by && { hop: path, stepsOf: () => [{ at: by, direction: 'out' as const }], at: undefined };
  const hops = hopsOf(path).map((hop) => ({ hop, stepsOf: () => stepsFrom(hop), at: hop.frame.at }));
  for (const { hop, stepsOf, at } of first ? [first, ...hops] : hops) {
    const all = inLab.get(hop.frame.at.namespace) ?? [];
    // Most namespaces have no filters. The steps need a prediction, which reads the whole network.
    if (all.length === 0) continue;
    const steps = stepsOf();
    const isOnTheWay = ({ device, side }: DeviceRedirect) =>
      side === 'egress' ? hasStep(steps, device) : device === at && hop.frame.direction === 'in';
    const taken = all.find((each) => isOnTheWay(each) && !hasStep(steps, each.to) && isTaken(hop.frame, each, goal));
    if (!taken) continue;
    const { device, side, to, direction, qdisc } = taken;
    const back = direction === 'in' ? { back: true as const } : {};
    const facts = { device: deviceName(device), side, to: deviceName(to), ...back, ...(qdisc ? { qdisc } : {}) };
    return { hop, cause: { code: 'tc.redirect', facts } };
  }
  return undefined;
}

/** Where a frame goes on from a hop, by the model; nowhere where that does not know. */
function stepsFrom({ frame }: Hop): Step[] {
  const { namespace } = frame.at;
  return (predictionAt(frame, frame)?.next ?? []).flatMap(({ at: { namespace: name, index, direction } }) => {
    const at = name === namespace.name ? deviceAt(namespace, index) : undefined;
    return at ? [{ at, direction }] : [];
  });
}

function hasStep(steps: readonly Step[], device: Interface): boolean {
  return steps.some(({ at, direction }) => at === device && direction === 'out');
}

/** Whether a frame was seen where a redirect leads, and is lost there. */
function isTaken(frame: CapturedFrame, { device, to, side, direction }: DeviceRedirect, goal: Ends['goal']): boolean {
  // The frame comes in by another device of the same host, whose stack may take it all the same: the loss has another reason.
  if (direction === 'in' && side === 'ingress') return false;
  const { lab } = device.namespace;
  const later = Capture.of(lab)
    .since(frame.nanoseconds)
    .filter(({ identity }) => identity === frame.identity);
  const there = later.find((each) => each.at === to && each.direction === direction);
  if (!there) return false;
  // An ifb gives back what it was given (ifb_ri_tasklet).
  const isBack = later.some((each) => each.at === device && each.nanoseconds > there.nanoseconds);
  const owner = ownerOf(there, goal);
  if (isBack || owner === undefined) return false;
  if (direction === 'in') return true;
  if (side === 'ingress' && owner === device) return true;
  return expectedWay({ at: to, direction: 'out' }, { to: owner, sender: to.namespace, routed: false }) === undefined;
}

/** The device with the destination MAC address of a frame; for a group address, the device that was asked. */
function ownerOf({ at, bytes }: CapturedFrame, goal: Ends['goal']): Interface | undefined {
  const destination = decodeEthernet(bytes)?.destination;
  if (destination === undefined || isGroupMac(destination)) return goal instanceof Interface ? goal : undefined;
  const all = at.namespace.lab.namespaces.flatMap(({ interfaces }) => interfaces);
  return all.find(({ mac, isPort }) => mac === destination && !isPort);
}
