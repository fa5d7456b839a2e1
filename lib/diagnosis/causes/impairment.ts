import { isNoRoute } from '../../kernel/no-route.ts';
import type { CapturedFrame, Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { netemOf } from '../../trace/impaired-links.ts';
import { solicitationOf } from '../../trace/solicitation.ts';
import { deviceName } from '../names.ts';

/** A link that loses all that it is given. One that loses some may have lost a frame, or may not. */
export function lossCause(device: Interface): Cause | undefined {
  const loss = netemOf(device)?.loss ?? 0;
  return loss >= 100 ? { code: 'qdisc.netem', facts: { device: deviceName(device), loss } } : undefined;
}

/**
 * Whether the link loses every answer to a frame that came to its goal. ARP is answered by the device of the question; a packet
 * by the route to its sender.
 */
export function answerLossCause({ at, bytes }: CapturedFrame, sender: string): Cause | undefined {
  const isAnsweredHere = solicitationOf(bytes) !== undefined || leavesBy(at, sender);
  return isAnsweredHere ? lossCause(at) : undefined;
}

function leavesBy({ namespace, name }: Interface, to: string): boolean {
  try {
    return namespace.route.get(to).dev === name;
  } catch (error) {
    if (isNoRoute(error)) return false;
    throw error;
  }
}

/** What the kernel means that says a queue dropped it, at a link with netem. */
export function netemCause(device: Interface): Cause | undefined {
  const netem = netemOf(device);
  if (!netem) return undefined;
  const { loss } = netem;
  return { code: 'qdisc.netem', facts: { device: deviceName(device), ...(loss === undefined ? {} : { loss }) } };
}
