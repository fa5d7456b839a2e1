import { macvlan } from '../links/macvlan.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import type { Prediction, Step } from './prediction.ts';
import { heardBy } from './prediction.ts';

/**
 * Whether a frame would arrive if the port reflected it. A group frame would not, from or for macvlans in mode private, or for
 * those in mode source without the sender on their list (`macvlan_handle_frame`, `macvlan_multicast_rx`). The sender itself does not count, nor does its parent.
 *
 * @param follow predicts what becomes of the frame from a step on
 */
export function wouldHairpinHelp(port: Device, frame: Frame, follow: (from: Step) => Prediction): boolean {
  const stations = port.peer?.uppers(macvlan) ?? [];
  if (stations.length === 0 || !isGroupMac(frame.destination)) return true;
  const heard = heardBy(follow({ namespace: port.namespace, index: port.index, direction: 'out' }));
  return stations.some(
    ({ namespace, index, link }) =>
      link.mac !== frame.source && heard.some((at) => at.namespace === namespace && at.index === index),
  );
}
