import { kernelSymbol } from '../kernel/drops/kernel-symbol.ts';
import type { PacketDrop } from '../kernel/drops/packet-drops.ts';
import { deviceAt } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { frameAround } from '../netlink/netfilter/nft-trace.ts';
import { hopsOf } from '../trace/path.ts';
import type { ProbePath, Recognize } from '../trace/probe-path.ts';
import { isAbout } from '../trace/solicitation.ts';
import { frameIdentity } from '../wire/frame-identity.ts';

/** A packet of a question that the kernel itself says it dropped. */
export interface KernelDrop {
  drop: PacketDrop;
  namespace: Namespace;
  /** Undefined before it was given to a device. */
  device: Interface | undefined;
}

/** Where a packet was last seen, or, without a device, whose packet it is. */
interface DropPlace {
  namespace: Namespace;
  device: Interface | undefined;
  /** The devices by which it was to leave from there. */
  next: readonly Interface[];
}

/**
 * What the kernel dropped of a question's packets where they were last seen.
 *
 * @param hops the addresses of next hops, whose MAC addresses may have been asked for
 */
export function dropAt(
  { namespace, device: last, next }: DropPlace,
  drops: readonly PacketDrop[],
  {
    trace,
    recognize,
    hops,
  }: { trace: Pick<ProbePath, 'path' | 'answer'> | undefined; recognize: Recognize; hops: readonly string[] },
): KernelDrop | undefined {
  const paths = [trace?.path, trace?.answer?.path].flatMap((path) => (path ? hopsOf(path) : []));
  const identities = [...new Set(paths.map(({ frame }) => frame.identity))];
  const isOurs = (frame: Buffer) => {
    const identity = frameIdentity(frame);
    const isSeen = identities.some((each) => each.startsWith(identity) || identity.startsWith(each));
    return isSeen || recognize(frame) !== undefined || hops.some((hop) => isAbout(frame, 'question', hop));
  };
  // A switch may have dropped another copy at another port, a host one that came in by another device.
  const isOther = (device: Interface) =>
    last?.isPort || paths.some(({ frame: { at, direction } }) => at === device && direction === 'in');
  const isHere = (device: Interface | undefined) =>
    !last || !device || device === last || next.includes(device) || !isOther(device);
  const ours = drops.filter(
    (each) =>
      each.namespace === engineOf(namespace).netns.inode &&
      isHere(deviceAt(namespace, each.ifindex)) &&
      !isOverhearing(each) &&
      !(last?.isPort && isOfBridgeHost(each)) &&
      isOurs(frameAround(each.packet)),
  );
  const drop = ours.findLast((each) => !isOfWaiting(each)) ?? ours.at(-1);
  return drop && { drop, namespace, device: deviceAt(namespace, drop.ifindex) };
}

/**
 * A packet that waited for its neighbour's MAC address goes when nobody answers (`neigh_invalidate`), sooner or later. What was
 * dropped before is the reason: the question itself, say.
 */
function isOfWaiting({ reason }: PacketDrop): boolean {
  return reason.startsWith('SKB_DROP_REASON_NEIGH_');
}

/** The stack behind a bridge gets a copy of what the bridge floods, and drops it if it has no IPv6 (`ip6_rcv_core`). */
function isOfBridgeHost({ reason }: PacketDrop): boolean {
  return reason.endsWith('IPV6DISABLED');
}

/** Raw and packet sockets are given copies: what one of them drops has come to the host all the same. */
function isOverhearing({ location }: PacketDrop): boolean {
  return /^(raw(v6)?_|t?packet_rcv)/.test(kernelSymbol(location) ?? '');
}
