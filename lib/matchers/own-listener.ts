import type { ReachReport } from '../probes/reach.ts';
import type { ReachOptions } from '../probes/reach-options.ts';
import type { ProbePath } from '../trace/probe-path.ts';

/**
 * What to do if hairpin's own listener answered at a port that the spec names. The spec may have meant a program, or a
 * translation that leads to one.
 */
export function mendOwnListener(report: ReachReport, options: ReachOptions, trace?: ProbePath): string | undefined {
  const { by, port, listened, outcome, question } = report;
  if (!listened || outcome !== 'answered' || options.port === undefined) return undefined;
  const { namespace } = question.to;
  if (!namespace || trace?.arrival?.frame.at.namespace !== namespace) return undefined;
  return `hairpin itself listened at ${by} port ${port} of ${namespace}, since no program did: { listen: false } asks programs alone`;
}
