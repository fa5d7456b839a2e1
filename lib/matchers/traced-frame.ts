import { ResourceStack } from '../base/resource-stack.ts';
import { type FrameQuestion, type HearResult, hear } from '../probes/hear.ts';
import type { Patience } from '../probes/patience.ts';
import type { TracedPacket } from '../trace/rules/follow-packets.ts';
import { filteringIn, RuleTraces } from '../trace/rules/rule-traces.ts';
import { isPassive } from './evidence-place.ts';

/** What came of a frame, and what packet filters made of it. */
interface TracedFrame extends HearResult {
  packets: readonly TracedPacket[];
}

/** Sends a frame while the kernel tells what packet filters make of it. */
export async function hearTraced(question: FrameQuestion, patience: Patience): Promise<TracedFrame> {
  const filters = filteringIn(question.to.namespace.lab);
  using resources = new ResourceStack();
  let traces: RuleTraces | undefined;
  const onOpen: Patience['onOpen'] = (signs) => {
    traces = filters.length > 0 ? resources.use(RuleTraces.start(filters, signs)) : undefined;
  };
  const heard = await hear(question, Number.POSITIVE_INFINITY, { ...patience, onOpen });
  return { ...heard, packets: traces?.take().packets ?? [] };
}

/**
 * The frame of a question that failed, sent once more for the kernel to tell which rule took it; undefined where there are
 * no packet filters, or nothing more may be sent.
 *
 * @param isCauseAsked the spec asks for the cause (`droppedBy`)
 */
export async function hearOnceMore(question: FrameQuestion, isCauseAsked: boolean): Promise<TracedFrame | undefined> {
  if (isPassive(isCauseAsked) || filteringIn(question.to.namespace.lab).length === 0) return undefined;
  return hearTraced(question, { milliseconds: ONE_MORE });
}

/** How long the frame that is sent for an explanation's sake is waited for, in milliseconds. */
const ONE_MORE = 20;
