import type { StandIn } from '../trace/stand-in.ts';

/** What is wrong with an answer that another gave: `not of b: c has 10.0.0.2 too`. */
export function standInWords({ namespace, how, orTarget }: StandIn, whom: string): string {
  return `not ${orTarget ? 'surely ' : ''}of ${whom}: ${namespace} ${how}`;
}
