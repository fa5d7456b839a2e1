import type { Interface, Namespace } from '../lab/index.ts';
import type { ReachReport } from '../probes/reach.ts';
import type { ProbePath } from '../trace/probe-path.ts';
import type { TracedPacket } from '../trace/rules/follow-packets.ts';
import { filteringIn } from '../trace/rules/rule-traces.ts';
import { portsOf } from '../trace/translation.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { closedPortCause, lookupCause, serviceCause } from './causes/closed-port.ts';
import type { Finding } from './finding.ts';

/** Why the host that a probe ended at has refused it, where no rule did. */
export function whyClosed(
  report: ReachReport,
  trace: ProbePath | undefined,
  packets: readonly TracedPacket[],
): Finding | undefined {
  const { by, port, listened, question, outcome, ofPort, recognize } = report;
  if (outcome !== 'refused' || (by !== 'tcp' && by !== 'udp')) return undefined;
  // Another ICMP error is no word on who listens.
  if (!ofPort) return undefined;
  // Where nobody saw it, nobody but a packet filter could have sent it elsewhere.
  const asAsked = filteringIn(question.from.lab).length === 0 ? { ...question.to, port, device: undefined } : undefined;
  const end = trace ? endOf(trace, packets, recognize) : asAsked;
  if (!end) return undefined;
  const { namespace, address, device } = end;
  if (!namespace || end.port === undefined) return undefined;
  const place = { namespace, address, port: end.port, device };
  // hairpin was listening itself: whatever refused, it was not for want of a listener.
  const isOwn = listened && namespace === question.to.namespace && end.port === port;
  const chosen = lookupCause(namespace);
  if (chosen) return { cause: chosen, certainty: 'guess', of: 'probe', host: namespace };
  const cause = serviceCause(by, place) ?? (isOwn ? undefined : closedPortCause(by, place));
  if (cause === 'unknown') return undefined;
  return cause && { cause, certainty: 'model', of: 'probe', host: namespace };
}

/** Where a probe ended, whatever translations have made of it. */
function endOf(
  { arrival: at }: ProbePath,
  packets: readonly TracedPacket[],
  recognize: ReachReport['recognize'],
): { namespace: Namespace; address: string; port: number | undefined; device: Interface } | undefined {
  const arrival = at?.frame;
  if (!arrival) return undefined;
  const { namespace } = arrival.at;
  const isIt = (frame: Buffer) => recognize(frame) === 'probe' || arrival.identity.startsWith(frameIdentity(frame));
  const inside = packets.find((each) => each.namespace === namespace && each.seen.some(({ frame }) => isIt(frame)));
  const packet = ipPacketOf(inside?.seen.at(-1)?.frame ?? withoutVlanTags(arrival.bytes));
  return packet && { namespace, address: packet.destination, port: portsOf(packet)?.destination, device: arrival.at };
}
