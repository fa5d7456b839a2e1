import type { FilterElement, FilterSet } from '../../netlink/ruleset/read-ruleset.ts';

/** The element of a set that a key belongs to; undefined when there is none. */
export function findElement({ interval, elements }: FilterSet, key: Buffer): FilterElement | undefined | 'unknown' {
  if (elements.some(({ range }) => range)) return 'unknown';
  const ordinary = elements.filter(({ catchAll }) => !catchAll);
  const found = interval ? findInterval(ordinary, key) : ordinary.find((element) => element.key.equals(key));
  return found ?? elements.find(({ catchAll }) => catchAll);
}

/** An interval goes from its element to the next one, which may be its end (`nft_rbtree`). */
function findInterval(elements: readonly FilterElement[], key: Buffer): FilterElement | undefined {
  const before = elements
    .filter((element) => Buffer.compare(element.key, key) <= 0)
    // Of two at one place, the one that begins there counts.
    .sort((a, b) => Buffer.compare(b.key, a.key) || Number(a.end) - Number(b.end));
  const [nearest] = before;
  return nearest?.end ? undefined : nearest;
}
