import { type CapturedFrame, isLink } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import type { Cause } from '../../model/cause.ts';
import type { Step } from '../../trace/expected-way.ts';
import { ownerIn } from '../../trace/owner.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';
import { modelledCause } from './by-model.ts';
import { neighbourCause } from './neighbour.ts';

/** Why what an ipvlan sent did not leave by its parent, whose namespace routes it in modes l3 and l3s (`ipvlan_process_outbound`). */
export function ipvlanOutCause(here: Step, next: Step, frame: CapturedFrame, since: bigint): Cause | undefined {
  if (!isLink(here.at, ipvlan) || here.at.parent !== next.at || here.at.mode === 'l2') return undefined;
  const { namespace } = next.at;
  const packet = ipPacketOf(withoutVlanTags(frame.bytes));
  if (packet && ownerIn(namespace, packet.destination)) {
    const facts = { namespace: namespace.name, parent: deviceName(next.at), source: packet.source };
    return { code: 'ipvlan.parent-host', facts };
  }
  const cause = modelledCause(here, next, frame);
  // Who did not answer is better seen than predicted.
  const isNeighbours = !cause || cause.code.startsWith('neighbour.');
  return isNeighbours ? packet && neighbourCause(namespace, packet.destination, since) : cause;
}
