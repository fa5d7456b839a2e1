import type { TopologyNamespace } from './topology.ts';

/** Lines in a square of 16, one drawing a role: a screen, arrows to either side, arrows in a circle. */
export const ICONS: Record<TopologyNamespace['role'], string> = {
  host: 'M2 3H14V11H2ZM8 11V14M5 14H11',
  switch: 'M3 5.5H13M10.5 3L13 5.5L10.5 8M13 11.5H3M5.5 9L3 11.5L5.5 14',
  router: 'M8 1.5A6.5 6.5 0 1 1 7.99 1.5M8 4V12M6 6L8 4L10 6M6 10L8 12L10 10M4 8H5.5M10.5 8H12',
};
