import type { Way } from '../diagnosis/way.ts';
import { PACKET_HOST } from '../kernel/constants.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { CapturedFrame, Hop, Interface } from '../lab/index.ts';
import { mayDropOneByChance, sharesOutAt } from '../trace/chance.ts';
import { hasGroupOfRemotes } from '../trace/chance-of-routes.ts';
import { readPrograms } from '../trace/device-hooks.ts';
import { forwards } from '../trace/forwards.ts';
import { choosingDevices } from '../trace/member-change.ts';
import { hopsOf } from '../trace/path.ts';

/**
 * Why a single frame that did not come proves nothing: a bond on its way may have had a better slave for it, or, where one of its copies ended, a
 * program at a device or the packet filter of a router may have dropped it by chance. Undefined where none has.
 *
 * @param to where it was to come
 */
export function doubtOfWay({ path }: Way, to: Interface): string | undefined {
  const hops = hopsOf(path);
  const chooser = hops.map(({ frame }) => chooserOf(frame)).find((device) => device !== undefined);
  if (chooser) return `another member of ${chooser} might have passed the only frame`;
  if (engineOf(to.namespace.lab).isPristine) return undefined;
  const ends = hops.filter(({ next }) => next.length === 0);
  for (const end of ends) {
    const who = mayHaveDropped(end, to);
    if (who) return `${who} may have dropped the only frame by chance`;
  }
  return undefined;
}

/** The device that shares frames out among its members, or may choose another of them in a moment, if a frame was at it or at one of these. */
function chooserOf({ at, direction }: CapturedFrame): Interface | undefined {
  const { interfaces } = at.namespace;
  const sharesOut =
    (sharesOutAt(at) && interfaces.filter(({ master }) => master === at).length > 1) || hasGroupOfRemotes(at);
  if (direction === 'out' && sharesOut) return at;
  const choosing = choosingDevices(at.namespace);
  return [at, at.master].find((device) => device && choosing.has(device.index));
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
