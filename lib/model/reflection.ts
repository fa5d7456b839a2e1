import { isGroupMac } from '../wire/mac-address.ts';
import type { Frame } from './frame.ts';
import { MACVLAN_KINDS } from './macvlan.ts';
import type { Device } from './network.ts';
import type { Prediction, Step } from './prediction.ts';
import { heardBy } from './prediction.ts';

/**
 * Whether no macvlan behind a port would hear a group frame that a reflecting port sends back: from a private station, or by
 * private ones (`macvlan_handle_frame`, `macvlan_multicast_rx`). The sender itself does not count, nor does its parent.
 *
 * @param follow predicts what becomes of the frame from a step on
 */
export function isOfNoUse(port: Device, frame: Frame, follow: (from: Step) => Prediction): boolean {
  const stations = port.peer?.uppers(...MACVLAN_KINDS) ?? [];
  if (stations.length === 0 || !isGroupMac(frame.destination)) return false;
  const heard = heardBy(follow({ namespace: port.namespace, index: port.index, direction: 'out' }));
  return !stations.some(
    ({ namespace, index, link }) =>
      link.mac !== frame.source && heard.some((at) => at.namespace === namespace && at.index === index),
  );
}
