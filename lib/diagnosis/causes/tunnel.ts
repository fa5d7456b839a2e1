import { PACKET_HOST } from '../../kernel/constants.ts';
import type { Hop } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { tunnelHeader, whyNotTaken } from '../../model/tunnel.ts';
import { outerWays } from '../../trace/outer-packet.ts';
import { hasAddress } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { couldGoOn, forwards } from '../../trace/place.ts';
import { modelled } from './by-model.ts';

interface Lost {
  hop: Hop;
  cause: Cause;
}

/**
 * Why a frame did not come out at the other end of a tunnel that was given it. Undefined where the outer packet was not seen, or
 * was sent to several ends, of which nobody knows the right one.
 */
export function lostInTunnel(path: Hop): Lost | undefined {
  const [end, another] = endsInTunnels(path);
  if (!end || another) return undefined;
  const cause = causeBehind(end);
  return cause && { hop: end, cause };
}

/** The same, if the frame had no other way: no copy of it is left that could go on. Cables may seem to lead to its goal besides. */
export function lostInOnlyTunnel(path: Hop): Lost | undefined {
  const [end, another] = endsInTunnels(path);
  if (!end || another) return undefined;
  const others = hopsOf(path).filter((hop) => hop.next.length === 0 && hop !== end);
  const areOver = others.every((hop) => {
    const { at, direction, packetType } = hop.frame;
    if (direction === 'in' && packetType === PACKET_HOST) return false;
    return at.namespace === end.frame.at.namespace || !(couldGoOn(hop) || forwards(at.namespace));
  });
  return areOver ? lostInTunnel(path) : undefined;
}

/** Where a path ends in a tunnel. */
function endsInTunnels(path: Hop): Hop[] {
  return hopsOf(path).filter(({ frame: { at, direction }, next, again }) => {
    const device = direction === 'out' && next.length === 0 && !again ? modelled(at) : undefined;
    return device !== undefined && tunnelHeader(device.link) !== undefined;
  });
}

function causeBehind(end: Hop): Cause | undefined {
  const sender = modelled(end.frame.at);
  const header = sender && tunnelHeader(sender.link);
  const [way, another] = header ? outerWays(end, header) : [];
  if (!sender || !way || another) return undefined;
  const { outer, path } = way;
  const arrival = hopsOf(path).find(
    ({ frame: { at, direction, packetType } }) =>
      direction === 'in' && packetType === PACKET_HOST && !at.isPort && hasAddress(at.namespace, outer.destination),
  );
  if (!arrival) return undefined;
  const { at } = arrival.frame;
  // A program may take the packet first.
  return modelled(at)?.link.xdp ? undefined : whyNotTaken(sender, at.namespace.name, outer);
}
