import { deviceWith } from '../../lab/device-at.ts';
import { type CapturedFrame, isLink } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import type { Cause } from '../../model/cause.ts';
import type { Step } from '../../trace/expected-way.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';
import { modelledCause } from './by-model.ts';
import { neighbourCause } from './neighbour.ts';

/** Whether a step leads from an ipvlan in mode l3 or l3s to its parent, whose namespace routes what the ipvlan sends. */
export function isRoutedByParent({ at }: Step, next: Step): boolean {
  return isLink(at, ipvlan) && at.parent === next.at && at.mode !== 'l2';
}

/** Why what an ipvlan sent did not leave by its parent, whose namespace routes it (`ipvlan_process_outbound`). */
export function ipvlanOutCause(here: Step, next: Step, frame: CapturedFrame, since: bigint): Cause | undefined {
  const { namespace } = next.at;
  const packet = ipPacketOf(withoutVlanTags(frame.bytes));
  if (packet && deviceWith(namespace, packet.destination)) {
    const facts = { namespace: namespace.name, parent: deviceName(next.at), source: packet.source };
    return { code: 'ipvlan.parent-host', facts };
  }
  const cause = modelledCause(here, next, frame);
  // Who did not answer is better seen than predicted.
  if (cause && !cause.code.startsWith('neighbour.')) return cause;
  return (packet && neighbourCause(namespace, packet.destination, since)) ?? cause;
}
