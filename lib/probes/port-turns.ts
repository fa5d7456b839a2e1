import { entryOf } from '../kernel/entry-of.ts';
import type { Namespace } from '../lab/index.ts';

const turns = new WeakMap<Namespace, Map<string, Promise<void>>>();

/**
 * Waits until no other question is being put at a port of a namespace. While one is, hairpin's own listener may stand
 * there, which another question would take for somebody who listens.
 *
 * @returns what ends the turn
 */
export async function turnAt(namespace: Namespace, place: string): Promise<() => void> {
  const places = entryOf(turns, namespace, () => new Map<string, Promise<void>>());
  const before = places.get(place);
  const { promise, resolve } = Promise.withResolvers<void>();
  places.set(place, promise);
  await before;
  return () => {
    if (places.get(place) === promise) places.delete(place);
    resolve();
  };
}
