import { isOfPort } from '../diagnosis/causes/closed-port.ts';
import type { Finding } from '../diagnosis/finding.ts';
import type { Way } from '../diagnosis/way.ts';
import { sayCause } from '../diagnosis/words/index.ts';
import type { Cause } from '../model/cause.ts';

/** A cause that stands at no place of a path: what kept a probe at its source, or took it before a device was seen to send it. */
export function whyOf({ cause, hop }: Pick<Finding, 'cause' | 'hop'>): string | undefined {
  if (hop || cause.code === 'unknown' || isOfPort(cause) || isSaid(cause)) return undefined;
  const { text, why = text } = sayCause(cause);
  return why;
}

/** What to do; of a port that refused, why it did. */
export function mendOf({ cause }: Pick<Finding, 'cause'>): string | undefined {
  const { text, hint } = sayCause(cause);
  return isOfPort(cause) ? text : hint;
}

/** What to do about the first frame of some ways that was lost. */
export function mendOfWays(ways: readonly Way[]): string | undefined {
  const lost = ways.find((way) => way.lost)?.lost;
  return lost && mendOf(lost);
}

/** What the reason of a probe that was not sent says already (`sendFailure`, `nextHop`, `linkFault`). */
function isSaid(cause: Cause): boolean {
  if (cause.code === 'link.down') return !cause.facts.routes;
  if (cause.code === 'route.blackhole' || cause.code === 'route.prohibit') return cause.facts.route === undefined;
  if (cause.code === 'link.no-carrier') return !cause.facts.down && !cause.facts.because;
  return cause.code === 'route.none' || cause.code === 'link.gone';
}
