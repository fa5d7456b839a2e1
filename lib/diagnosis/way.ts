import type { Hop } from '../lab/index.ts';
import type { ProbePath } from '../trace/probe-path.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import type { Finding, Loss } from './finding.ts';

/** The way of one frame through a lab, for messages, drawings and the report. */
export interface Way {
  /** Whose way: `the last probe`, `its answer`, `the frame`. */
  of: string;
  /** The frame in words. */
  frame: string;
  path: Hop;
  /** Where it ended before its goal, and why. */
  lost?: Loss | undefined;
}

/** The ways of a question's probe, and of its answer where there was one. */
export function waysOf({ frame, path, answer }: ProbePath, finding: Finding | undefined, answered: boolean): Way[] {
  const loss = finding && isLoss(finding) ? finding : undefined;
  const lost = (of: Loss['of']) => (loss?.of === of ? loss : undefined);
  const which = answered ? 'answered' : 'last';
  const probe = { of: `the ${which} probe`, frame: describeFrame(frame), path, lost: lost('probe') };
  if (!answer) return [probe];
  const back = {
    of: 'its answer',
    frame: describeFrame(answer.path.frame.bytes),
    path: answer.path,
    lost: lost('answer'),
  };
  return [probe, back];
}

function isLoss(finding: Finding): finding is Loss {
  return finding.hop !== undefined;
}
