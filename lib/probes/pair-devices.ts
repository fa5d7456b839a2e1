import { Interface, isLink, Namespace, UsageError } from '../lab/index.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { macvlan } from '../links/macvlan.ts';

/** The places of a pair, by the names that they have there. */
export type Place = 'ns1' | 'ns2' | 'host' | 'gateway' | 'neighbour';

/** The device of each place. */
export type PairDevices = Record<Exclude<Place, 'ns2'>, Interface> & { ns2?: Interface };

/**
 * Two macvlans, or ipvlans, on one parent, whoever made them, and two other machines behind the switch: what `macvlanPair()` returns,
 * or the same put together by hand. A namespace stands for its only interface; where it has several, say which.
 */
export interface Pair {
  /** The macvlan's namespace, or the macvlan. */
  ns1: Namespace | Interface;
  /** Left out, or without a macvlan, where there is one only: with passthru. */
  ns2?: Namespace | Interface | undefined;
  /** The parent. */
  uplink: Interface;
  gateway: Namespace | Interface;
  neighbour: Namespace | Interface;
}

/** Whether a value is made of a pair's places. */
export function isPair(value: unknown): value is Pair {
  if (typeof value !== 'object' || value === null) return false;
  const { ns1, ns2, uplink, gateway, neighbour } = value as Partial<Record<keyof Pair, unknown>>;
  const places = [ns1, gateway, neighbour, ...(ns2 === undefined ? [] : [ns2])];
  return (
    uplink instanceof Interface && places.every((place) => place instanceof Namespace || place instanceof Interface)
  );
}

/** @throws UsageError where a place has no device that it could be */
export function pairDevices(call: string, { ns1, ns2, uplink, gateway, neighbour }: Pair): PairDevices {
  const first = childOf(uplink, ns1);
  if (!first) throw new UsageError(`${call}: ns1 must have a macvlan on ${uplink}: ${ns1} has none`);
  const second = ns2 && childOf(uplink, ns2);
  return {
    ns1: first,
    host: uplink,
    gateway: only(gateway),
    neighbour: only(neighbour),
    ...(second ? { ns2: second } : {}),
  };
}

function childOf(uplink: Interface, place: Namespace | Interface): Interface | undefined {
  return [...uplink.children].find(
    (child) =>
      (isLink(child, macvlan) || isLink(child, ipvlan)) &&
      !child.deleted &&
      (child === place || child.namespace === place),
  );
}

function only(place: Namespace | Interface): Interface {
  return place instanceof Interface ? place : place.interface();
}
