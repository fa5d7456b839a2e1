import type { CapturedFrame, Interface } from '../../lab/index.ts';
import { routeIfAny } from '../../lab/tables/route-to.ts';
import type { Cause } from '../../model/cause.ts';
import { netemOf } from '../../trace/impaired-links.ts';
import { solicitationOf } from '../../trace/solicitation.ts';
import { deviceName } from '../names.ts';
import { sendingCause } from './link.ts';

/** A link that loses all that it is given. One that loses some may have lost a frame, or may not. */
export function lossCause(device: Interface): Cause | undefined {
  const loss = netemOf(device)?.loss ?? 0;
  return loss >= 100 ? { code: 'qdisc.netem', facts: { device: deviceName(device), loss } } : undefined;
}

/**
 * Why no answer to a frame that came to its goal leaves: the device cannot send, or loses all that it sends. ARP is answered by the
 * device of the question; a packet by the route to its sender.
 */
export function answerLossCause({ at, bytes }: CapturedFrame, sender: string): Cause | undefined {
  const isAnsweredHere = solicitationOf(bytes) !== undefined || routeIfAny(at.namespace, sender)?.device === at.index;
  return isAnsweredHere ? (sendingCause(at) ?? lossCause(at)) : undefined;
}

/** What the kernel means that says a queue dropped it, at a link with netem. */
export function netemCause(device: Interface): Cause | undefined {
  const netem = netemOf(device);
  if (!netem) return undefined;
  const { loss } = netem;
  return { code: 'qdisc.netem', facts: { device: deviceName(device), ...(loss === undefined ? {} : { loss }) } };
}
