/** A port of a bridge, as far as it decides who hears whom. */
export interface BridgePort {
  bridge: unknown;
  /** In the state forwarding, which a port is only while it is up and has a carrier. */
  forwards: boolean;
  hairpin: boolean;
  isolated: boolean;
  /** Which of the frames that nobody has been learnt for go out here. */
  out: Record<FloodKind, boolean>;
}

/** What is flooded: unicast with an unknown destination, groups, broadcast. */
export const FLOOD_KINDS = ['flood', 'mcastFlood', 'bcastFlood'] as const;
export type FloodKind = (typeof FLOOD_KINDS)[number];

/** A network of bridges: its ports, and which two of them are the ends of one cable. */
export interface Bridges<P extends BridgePort> {
  ports: readonly P[];
  otherEnd(port: P): P | undefined;
}

/**
 * The ports by which a frame that came in by `from` leaves the bridges (`br_flood`, `br_multicast_flood`): a host hangs
 * on each.
 */
export function floodsTo<P extends BridgePort>(bridges: Bridges<P>, from: P, kind: FloodKind): Set<P> {
  const left = new Set<P>();
  const entered = new Set<P>();
  const entering = [from];
  for (let port = entering.pop(); port; port = entering.pop()) {
    if (entered.has(port) || !port.forwards) continue;
    entered.add(port);
    for (const out of bridges.ports) {
      if (!delivers(port, out, kind)) continue;
      const next = bridges.otherEnd(out);
      if (next) entering.push(next);
      else left.add(out);
    }
  }
  return left;
}

/** `should_deliver`, and the flags that `br_flood` looks at. */
function delivers(port: BridgePort, out: BridgePort, kind: FloodKind): boolean {
  if (out.bridge !== port.bridge || !out.forwards || !out.out[kind]) return false;
  return (out !== port || port.hairpin) && !(port.isolated && out.isolated);
}
