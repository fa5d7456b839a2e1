import { type CapturedFrame, type Hop, Interface, isBridge, type Namespace } from '../lab/index.ts';
import { kindOf } from '../links/registry.ts';
import { decodeEthernet, ETHERTYPE } from '../wire/ethernet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { hasKnownEnd } from './may-lead-to.ts';

/** Destination and source. */
const MAC_ADDRESSES = 12;

/** A loop shows one frame for ever; a path shows its first round. */
const MOST_SIGHTINGS = 2000;

/**
 * Puts the sightings of one frame together to the path that it took.
 *
 * @param frames all of one identity, in the order of time
 * @param origin the device that sent it
 * @returns undefined when the device was never given it
 */
export function buildPath(frames: readonly CapturedFrame[], origin: Interface): Hop | undefined {
  const root = frames.find(({ at, direction }) => at === origin && direction === 'out');
  if (!root) return undefined;
  const paths = new Paths();
  paths.begin(root);
  const others = frames.filter((each) => each !== root).sort(byTime);
  for (const frame of others.slice(0, MOST_SIGHTINGS)) paths.follow(frame);
  return paths.finish()[0];
}

/**
 * The paths of every frame of one identity: a sighting that comes from nowhere that is known begins one. The same bytes
 * sent twice, such as a repeated question for a neighbour, have two.
 */
export function buildPaths(frames: readonly CapturedFrame[]): Hop[] {
  const paths = new Paths();
  for (const frame of [...frames].sort(byTime)) if (!paths.follow(frame)) paths.begin(frame);
  return paths.finish();
}

/** Every device of a path, each once, the origin first. */
export function devicesOf(hop: Hop): Interface[] {
  return [...new Set([hop.frame.at, ...hop.next.flatMap(devicesOf)])];
}

/** Every hop of a path, depth first. */
export function hopsOf(hop: Hop): Hop[] {
  return [hop, ...hop.next.flatMap(hopsOf)];
}

/** The same in the order of time. */
export function hopsInTime(path: Hop): Hop[] {
  return hopsOf(path).toSorted((a, b) => Number(a.frame.nanoseconds - b.frame.nanoseconds));
}

/** The hops from the origin to the first one that a condition holds for; empty when there is none. */
export function hopsTo(hop: Hop, isGoal: (hop: Hop) => boolean): Hop[] {
  if (isGoal(hop)) return [hop];
  for (const next of hop.next) {
    const rest = hopsTo(next, isGoal);
    if (rest.length > 0) return [hop, ...rest];
  }
  return [];
}

/** The hops by which a device was handed the frame, for each device that was so more than once; in the order of time. */
export function copiesOf(path: Hop): Map<Interface, Hop[]> {
  const arrivals = hopsOf(path)
    .filter(({ frame, again }) => frame.direction === 'in' && !again)
    .sort((a, b) => byTime(a.frame, b.frame));
  return new Map([...Map.groupBy(arrivals, ({ frame }) => frame.at)].filter(([, hops]) => hops.length > 1));
}

/** A hop on the way of a frame that goes round: known, so that later sightings find where they come from. */
interface Node {
  hop: Hop;
  before: Node | undefined;
  /** In a loop's second round or a later one, which no path shows. */
  hidden: boolean;
}

class Paths {
  readonly #roots: Hop[] = [];
  readonly #nodes = new Map<Namespace, Node[]>();

  begin(frame: CapturedFrame): void {
    const hop = { frame, next: [] };
    this.#roots.push(hop);
    this.#add({ hop, before: undefined, hidden: false });
  }

  /** Adds a sighting to the path that it belongs to; false when there is none. */
  follow(frame: CapturedFrame): boolean {
    const before = this.#before(frame);
    if (!before) return false;
    const hop: Hop = { frame, next: [] };
    const again = !before.hidden && isOnTheWay(frame, before);
    if (again) hop.again = true;
    if (!before.hidden) before.hop.next.push(hop);
    this.#add({ hop, before, hidden: before.hidden || again });
    return true;
  }

  finish(): Hop[] {
    for (const root of this.#roots) {
      for (const { frame, next } of hopsOf(root)) next.sort((a, b) => rank(frame, a) - rank(frame, b));
    }
    return this.#roots;
  }

  #add(node: Node): void {
    const { namespace } = node.hop.frame.at;
    const known = this.#nodes.get(namespace);
    if (known) known.push(node);
    else this.#nodes.set(namespace, [node]);
  }

  /** The hop that a sighting comes from: the latest one before it at a device that it can have come from. */
  #before(frame: CapturedFrame): Node | undefined {
    const origins = originsOf(frame);
    // A device hands on one copy to each other one: where several came in, each goes with one that has not gone yet.
    return this.#latest(frame, origins, (node) => !leadsTo(frame, node)) ?? this.#latest(frame, origins, () => true);
  }

  #latest(frame: CapturedFrame, origins: readonly Origin[], isFree: (node: Node) => boolean): Node | undefined {
    for (const { namespace, isBefore } of origins) {
      const latest = this.#nodes
        .get(namespace)
        ?.findLast(
          (node) => node.hop.frame.nanoseconds <= frame.nanoseconds && isBefore(node.hop.frame) && isFree(node),
        );
      if (latest) return latest;
    }
    return undefined;
  }
}

/**
 * A parent and its child, or a port and its bridge, show one frame at one time: it is the same buffer
 * (`RX_HANDLER_ANOTHER`, `br_pass_frame_up`), the lower one's first.
 */
function byTime(a: CapturedFrame, b: CapturedFrame): number {
  return Number(a.nanoseconds - b.nanoseconds) || depthOf(a.at) - depthOf(b.at);
}

/** How many devices are below: a macvlan on a VLAN on a cable has two, a bridge or a bond one more than its members. */
function depthOf(device: Interface): number {
  const members = membersOf(device);
  if (isBridge(device) || members.length > 0) return 1 + Math.max(0, ...members.map(depthOf));
  if (!device.parent) return 0;
  return device.parent instanceof Interface ? 1 + depthOf(device.parent) : 1;
}

/** The ports of a bridge, the slaves of a bond or a team. */
function membersOf(device: Interface): readonly Interface[] {
  if (isBridge(device)) return device.ports;
  return device.namespace.interfaces.filter(({ master, children }) => master === device && children.has(device));
}

/** Branches in the order in which the devices were made, whatever order a flood took; what is sent back comes last. */
function rank(from: CapturedFrame, { frame }: Hop): number {
  return frame.at === from.at ? Number.POSITIVE_INFINITY : frame.at.index;
}

function isSamePlace(a: CapturedFrame, b: CapturedFrame): boolean {
  return a.at === b.at && a.direction === b.direction;
}

function isOnTheWay(frame: CapturedFrame, last: Node): boolean {
  for (let node: Node | undefined = last; node; node = node.before) if (isSamePlace(node.hop.frame, frame)) return true;
  return false;
}

function leadsTo(frame: CapturedFrame, { hop }: Node): boolean {
  return hop.next.some((next) => isSamePlace(next.frame, frame));
}

/** Where a frame may have been before it was seen at a device. */
interface Origin {
  namespace: Namespace;
  isBefore: (other: CapturedFrame) => boolean;
}

/** Where a frame at a device can have come from, the likelier first. */
function originsOf({ at, direction, bytes }: CapturedFrame): Origin[] {
  const seen = (device: Interface, way: 'in' | 'out'): Origin => ({
    namespace: device.namespace,
    isBefore: (other) => other.at === device && other.direction === way,
  });
  const children = [...at.children].map((child) => seen(child, 'out'));
  const { namespace } = at;
  if (direction === 'out') {
    // A bridge passes on what came in by its ports, and a router what came to its stack: from a port that is its bridge's.
    const isFrom = ({ at: other, bytes: before }: CapturedFrame) =>
      at.isPort ? other.isPort && other.bridge === at.bridge && isSameFrame(before, bytes) : !other.isPort;
    const passedOn: Origin = {
      namespace,
      isBefore: (other) => other.at !== at && other.direction === 'in' && isFrom(other),
    };
    // A port in hairpin mode sends back what came in by it, and so does a router on a stick.
    const sendsBack = at.isPort || (namespace.role === 'router' && isIp(bytes));
    // What a child sends leaves by its parent (macvlan_queue_xmit …); otherwise a switch or a router has passed it on.
    return [...children, passedOn, ...(sendsBack ? [seen(at, 'in')] : [])];
  }
  const { parent } = at;
  const siblings = parent ? [...parent.children].filter((child) => child !== at) : [];
  return [
    ...(at.peer ? [seen(at.peer, 'out')] : []),
    ...(parent instanceof Interface ? [seen(parent, 'in')] : []),
    ...membersOf(at).map((member) => seen(member, 'in')),
    // Between bridge siblings unicast shows at the parent as if it had come in there (dev_forward_skb), broadcast does not.
    ...siblings.map((sibling) => seen(sibling, 'out')),
    ...children,
    ...farEndsOf(at),
  ];
}

/** Where a tunnel's other end may be: what comes in at one end is what another of the same kind sent. */
function farEndsOf(end: Interface): Origin[] {
  if (!isTunnel(end)) return [];
  return end.namespace.lab.namespaces.map((namespace) => ({
    namespace,
    isBefore: ({ at, direction }) =>
      direction === 'out' && at !== end && at.kind === end.kind && isTunnel(at) && namespace !== end.namespace,
  }));
}

/** Whether a frame that it sends is next seen as the same frame at another end. */
function isTunnel(device: Interface): boolean {
  return !hasKnownEnd(device) || kindOf(device)?.description.encrypts === true;
}

/** A bridge leaves the MAC addresses as they are (IEEE 802.1Q-2018 clause 6.8), where a router puts in its own. */
function isSameFrame(one: Buffer, other: Buffer): boolean {
  return one.subarray(0, MAC_ADDRESSES).equals(other.subarray(0, MAC_ADDRESSES));
}

function isIp(bytes: Buffer): boolean {
  const etherType = decodeEthernet(withoutVlanTags(bytes))?.etherType;
  return etherType === ETHERTYPE.ipv4 || etherType === ETHERTYPE.ipv6;
}
