import { PACKET_HOST, PACKET_OTHERHOST } from '../../kernel/constants.ts';
import { type CapturedFrame, type Hop, isBridge } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { hasAddress, ownerOf } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { isPermanent, otherHostCause, senderOf } from './other-host.ts';
import { type Known, routerCause } from './router.ts';

/**
 * Where a packet came to the one host that has its MAC address, and ended: that host is not its goal, and does not pass it
 * on. Or where it came to its next hop with a MAC address that the next hop does not have.
 */
export function misdirected(path: Hop, known: Known): CauseAt | undefined {
  const ends = hopsOf(path).filter((hop) => isEnd(hop) && hop.frame.at.namespace !== path.frame.at.namespace);
  const taken = ends.find(({ frame }) => frame.packetType === PACKET_HOST);
  const keeper = taken && takenBy(taken.frame, known);
  if (taken && keeper) return { hop: taken, cause: keeper };
  const refused = ends.find(({ frame }) => frame.packetType === PACKET_OTHERHOST && isNextHop(frame));
  const cause = refused && otherHostCause(refused.frame);
  return refused && cause && { hop: refused, cause };
}

/** Whether a stack was handed a packet that went nowhere from there. */
function isEnd({ frame: { at, direction, bytes }, next }: Hop): boolean {
  const isStack = direction === 'in' && !at.isPort && !isBridge(at) && at.children.size === 0;
  return isStack && next.length === 0 && packetBehindTags(bytes) !== undefined;
}

/** Whether it came to the host that its sender's routes name. */
function isNextHop(frame: CapturedFrame): boolean {
  const address = senderOf(frame)?.nextHop;
  return address !== undefined && hasAddress(frame.at.namespace, address);
}

/** Undefined where the next hop has that MAC address, too: then it is for the switches to say who got it. */
function takenBy(frame: CapturedFrame, known: Known): Cause | undefined {
  const { at } = frame;
  const sender = senderOf(frame);
  // Who has the address of the next hop was to pass it on.
  if (!sender?.entry || hasAddress(at.namespace, sender.nextHop)) {
    const kept: Cause = { code: 'router.kept', facts: { namespace: at.namespace.name } };
    return routerCause({ at, direction: 'in' }, { at, direction: 'out' }, frame, known) ?? kept;
  }
  if (ownerOf(at.namespace.lab, sender.nextHop)?.mac === sender.entry.lladdr) return undefined;
  const { name: namespace } = sender.namespace;
  const facts = {
    device: deviceName(at),
    namespace,
    address: sender.nextHop,
    isPermanent: isPermanent(sender.entry),
  };
  return { code: 'neighbour.other-host', facts };
}
