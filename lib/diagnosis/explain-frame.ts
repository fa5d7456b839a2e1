import { type Hop, type Interface, isLink } from '../lab/index.ts';
import { macvlan } from '../links/macvlan.ts';
import { hopsOf } from '../trace/path.ts';
import type { TracedPacket } from '../trace/rules/follow-packets.ts';
import { takenFrom } from '../trace/rules/taken.ts';
import { childGroupCause, groupCause } from './causes/group.ts';
import { byTaker } from './explain-loss.ts';
import type { Loss } from './finding.ts';
import { lastOf, onTheWay, placesOnTheWay } from './lost-on-the-way.ts';
import { deviceName } from './names.ts';

/**
 * Says what kept a single frame from the stack of a device.
 *
 * @param path what the taps saw of it
 * @param joined whether the device was in the frame's group while it was listened for
 * @param packets what packet filters made of it, as the kernel tells
 */
export function explainFrame(
  path: Hop,
  to: Interface,
  { joined, packets }: { joined: boolean; packets: readonly TracedPacket[] },
): Loss {
  const arrival = hopsOf(path).find(({ frame }) => frame.at === to && frame.direction === 'in');
  const places = arrival ? [{ hop: arrival }] : placesOnTheWay(path, to);
  const taken = takenFrom(packets, path, places);
  if (taken) return byTaker('probe', taken);
  if (arrival) {
    const deaf = joined ? undefined : groupCause(to, arrival.frame.bytes);
    if (deaf) return { of: 'probe', hop: arrival, certainty: 'model', cause: deaf };
    const cause = { code: 'host.not-taken', facts: { device: deviceName(to) } } as const;
    return { of: 'probe', hop: arrival, certainty: 'guess', cause };
  }
  const known = onTheWay('probe', path, to, { since: path.frame.nanoseconds, packets });
  if (known) return { ...known, certainty: 'model' };
  const [place] = places;
  const next = place?.step?.next.at;
  const child = isLink(next, macvlan) && !joined ? next : undefined;
  const cause = place && child && childGroupCause(child, place.hop.frame.bytes);
  if (place && cause) return { of: 'probe', hop: place.hop, certainty: 'model', cause };
  return { of: 'probe', hop: place?.hop ?? lastOf(path), certainty: 'guess', cause: { code: 'unknown', facts: {} } };
}
