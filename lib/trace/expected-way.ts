import { Interface, isBridge, isLink, type Macvlan, type Namespace } from '../lab/index.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { macvlan } from '../links/macvlan.ts';

/** A frame's next place: a device, on the way in from its wire or out to it. */
export interface Step {
  at: Interface;
  direction: 'in' | 'out';
}

/** Where a way is to lead, and what may be on it. */
interface Goal {
  to: Interface | Namespace;
  /** Whose frame it is: nobody passes on its own words, once they have come back. */
  sender: Namespace;
  /** A packet may be passed on by routers; a question for a neighbour by switches alone. @default true */
  routed?: boolean;
  /** Who may pass a packet on. @default whoever has several interfaces */
  isRouter?: (namespace: Namespace) => boolean;
  /** Where a tunnel may come out. @default nowhere */
  endsOf?: (tunnel: Interface) => readonly Interface[];
}

/**
 * The shortest way that cables, parents, switches and routers offer from one place to another, whatever their settings
 * say: what keeps a frame from it is for the obstacles to tell.
 *
 * It follows the lab's handles, because the model cannot know this way. The model reads the kernel's state, where a port
 * that left its bridge has never been one, and a real NIC with its children is missing. It ends at the first drop.
 *
 * @returns undefined when nothing leads there
 */
export function expectedWay(
  start: Step,
  { to, sender, routed = true, isRouter = () => true, endsOf = () => [] }: Goal,
): Step[] | undefined {
  const ways: Step[][] = [[start]];
  const seen = new Set([key(start)]);
  for (let way = ways.shift(); way; way = ways.shift()) {
    const last = way.at(-1) as Step;
    if (last.direction === 'in' && (last.at === to || last.at.namespace === to)) return way;
    for (const next of nextSteps(last, routed && isRouter(last.at.namespace), endsOf)) {
      const ownAgain = next.direction === 'out' && last.direction === 'in' && next.at.namespace === sender;
      if (next.at.deleted || seen.has(key(next)) || (ownAgain && !next.at.isPort)) continue;
      seen.add(key(next));
      ways.push([...way, next]);
    }
  }
  return undefined;
}

function nextSteps({ at, direction }: Step, routed: boolean, endsOf: NonNullable<Goal['endsOf']>): Step[] {
  if (direction === 'out') {
    if (at.parent) {
      // Behind a real NIC there is no way that the lab knows of.
      return [...siblingsOf(at).map(inOf), ...(at.parent instanceof Interface ? [outOf(at.parent)] : [])];
    }
    if (isBridge(at)) return at.ports.map(outOf);
    return at.peer ? [inOf(at.peer)] : endsOf(at).map(inOf);
  }
  if (at.isPort) {
    const others = (at.bridge?.ports ?? at.namespace.interfaces).filter((port) => port !== at);
    // Sent back to where it came from, a frame is of use only to what hangs on a parent there: a VEPA station's.
    const back = at.peer && at.peer.children.size > 0 ? [outOf(at)] : [];
    // Before the bridge's own stack gets it, which might route what the bridge only passes on.
    return [...others.map(outOf), ...back, ...(at.bridge ? [inOf(at.bridge)] : [])];
  }
  const others = routed ? at.namespace.interfaces.filter((device) => device !== at && !device.isPort) : [];
  return [...[...at.children].map(inOf), ...others.map(outOf)];
}

/** The devices on the same parent that a frame needs no parent to come to. */
function siblingsOf(device: Interface): Interface[] {
  if (isLink(device, macvlan)) return bridgeSiblings(device);
  // ipvlan_queue_xmit: with the flag private a sibling is looked up as well, for the frame to be dropped.
  if (!isLink(device, ipvlan) || device.deleted || device.flag === 'vepa') return [];
  return [...device.parent.children].filter((child) => isLink(child, ipvlan) && child !== device && !child.deleted);
}

/** macvlan_queue_xmit: only where both are in mode bridge a frame needs no switch. */
function bridgeSiblings(device: Macvlan): Macvlan[] {
  if (device.deleted || device.mode !== 'bridge') return [];
  return [...device.parent.children].filter(
    (child): child is Macvlan =>
      isLink(child, macvlan) && child !== device && !child.deleted && child.mode === 'bridge',
  );
}

function inOf(at: Interface): Step {
  return { at, direction: 'in' };
}

function outOf(at: Interface): Step {
  return { at, direction: 'out' };
}

function key({ at, direction }: Step): string {
  return `${at.namespace.name} ${at.index} ${direction}`;
}
