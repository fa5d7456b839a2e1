import type { Lab } from '../../lab/index.ts';
import { readDrawn } from '../lab-state.ts';
import { topologyOf } from './topology.ts';
import { topologyText } from './topology-text.ts';

/** Draws a lab as it is now in characters; `Lab.draw` is this. */
export function drawLab(lab: Lab, options: { addresses?: boolean } = {}): string {
  return topologyText(topologyOf(readDrawn(lab)), options);
}
