import type { Way } from '../diagnosis/way.ts';
import { PACKET_HOST } from '../kernel/constants.ts';
import { engineOf } from '../lab/engine.ts';
import type { Hop, Interface } from '../lab/index.ts';
import { mayDropOneByChance } from '../trace/chance.ts';
import { readPrograms } from '../trace/device-hooks.ts';
import { hopsOf } from '../trace/path.ts';
import { forwards } from '../trace/place.ts';

/**
 * Why a single frame that did not come proves nothing, by the places where its copies ended: a program at a device there, or the packet filter
 * of a router, may have dropped it by chance. Undefined where none has.
 *
 * @param to where it was to come
 */
export function doubtOfWay({ path }: Way, to: Interface): string | undefined {
  if (engineOf(to.namespace.lab).isPristine) return undefined;
  const ends = hopsOf(path).filter(({ next }) => next.length === 0);
  for (const end of ends) {
    const who = mayHaveDropped(end, to);
    if (who) return `${who} may have dropped the only frame by chance`;
  }
  return undefined;
}

function mayHaveDropped({ frame: { at, direction, packetType } }: Hop, to: Interface): string | undefined {
  const isOnWay = (device: Interface) =>
    device.namespace === to.namespace || device.isPort || forwards(device.namespace);
  // The taps see a frame behind XDP (veth_xdp_rcv_skb), and before the filters of traffic control (__netif_receive_skb_core).
  const device = direction === 'out' ? at.peer : at;
  if (!device || !isOnWay(device)) return undefined;
  const isPassed = (hook: string) => (direction === 'out' ? hook === 'xdp' : hook === 'tc ingress');
  if (readPrograms(device).some(({ hook }) => isPassed(hook))) return `a program at ${device}`;
  const isRouted = direction === 'in' && packetType === PACKET_HOST && device.namespace !== to.namespace;
  return isRouted && mayDropOneByChance(device.namespace) ? `a packet filter of ${device.namespace}` : undefined;
}
