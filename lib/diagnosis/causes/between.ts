import { deviceWith } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import { type CapturedFrame, type Interface, isBridge, isLink } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import type { Cause } from '../../model/cause.ts';
import { ipLink } from '../../netlink/link.ts';
import type { Step } from '../../trace/expected-way.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import { deviceName } from '../names.ts';
import { modelledCause } from './by-model.ts';
import { lossCause } from './impairment.ts';
import { downCause } from './link.ts';
import { neighbourCause } from './neighbour.ts';
import { type Known, routerCause } from './router.ts';

/** What keeps a frame from going from one place to the next. */
export function causeBetween(here: Step, next: Step, frame: CapturedFrame, known: Known): Cause | undefined {
  const loss = next.direction === 'out' ? lossCause(next.at) : undefined;
  if (here.direction === 'in' && next.direction === 'out' && !here.at.isPort)
    return routerCause(here, next, frame, known) ?? loss;
  return (
    membershipCause(here.at, next.at) ??
    downCause(next.at) ??
    (isRoutedByParent(here, next)
      ? ipvlanOutCause(here, next, frame, known.since)
      : modelledCause(here, next, frame)) ??
    loss
  );
}

/** Whether one of two ports has left its bridge behind the lab's back. */
function membershipCause(...devices: readonly [Interface, Interface]): Cause | undefined {
  if (devices.some((device) => isBridge(device)) || !devices.every(({ isPort }) => isPort)) return undefined;
  const [{ namespace, bridge }] = devices;
  const own = bridge && engineOf(namespace).rtnetlink.get(ipLink.get({ index: bridge.index }));
  const stray = own && devices.find((port) => port.state().master !== own.index);
  return stray && { code: 'bridge.not-a-port', facts: { port: deviceName(stray), bridge: own.name } };
}

/** Whether a step leads from an ipvlan in mode l3 or l3s to its parent, whose namespace routes what the ipvlan sends. */
function isRoutedByParent({ at }: Step, next: Step): boolean {
  return isLink(at, ipvlan) && at.parent === next.at && at.mode !== 'l2';
}

/** Why what an ipvlan sent did not leave by its parent, whose namespace routes it (`ipvlan_process_outbound`). */
function ipvlanOutCause(here: Step, next: Step, frame: CapturedFrame, since: bigint): Cause | undefined {
  const { namespace } = next.at;
  const packet = packetBehindTags(frame.bytes);
  if (packet && deviceWith(namespace, packet.destination)) {
    const facts = { namespace: namespace.name, parent: deviceName(next.at), source: packet.source };
    return { code: 'ipvlan.parent-host', facts };
  }
  const cause = modelledCause(here, next, frame);
  // Who did not answer is better seen than predicted.
  if (cause && !cause.code.startsWith('neighbour.')) return cause;
  return (packet && neighbourCause(namespace, packet.destination, since)) ?? cause;
}
