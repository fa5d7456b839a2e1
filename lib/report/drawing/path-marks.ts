import type { PathMeta } from '../lab-meta.ts';
import type { TopologyOptions } from './topology-svg.ts';

/** What a drawing marks of a failure: where a frame was lost, and the paths that are drawn. */
export function marksOf(paths: readonly PathMeta[], drawn = paths): TopologyOptions {
  const lostAt = paths.find(({ lost }) => lost)?.lost?.at;
  return { path: drawn.flatMap(branchesOf), ...(lostAt ? { lostAt } : {}) };
}

/** A path's branches, each as the devices from its origin to its end. */
function branchesOf({ hops }: PathMeta): string[][] {
  const inner = new Set(hops.map(({ from }) => from));
  return hops.flatMap((_, end) => {
    if (inner.has(end)) return [];
    const branch: string[] = [];
    for (let hop = hops[end]; hop; hop = hop.from === undefined ? undefined : hops[hop.from]) branch.unshift(hop.at);
    return [branch];
  });
}
