import { PACKET_HOST } from '../kernel/constants.ts';
import type { CapturedFrame } from '../lab/index.ts';
import type { Question } from '../probes/question.ts';
import { packetBehindTags } from '../wire/ip-packet.ts';
import { isSent } from './answer-ways.ts';
import { Capture } from './capture.ts';
import type { Recognize } from './probe-path.ts';
import { portsOf } from './translation.ts';

/**
 * The address from which a probe by TCP or UDP was answered, where another was asked. The kernel has no socket for such an
 * answer (`__inet_lookup_established`; `compute_score` of a connected UDP socket), so the asker has none.
 *
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function misaddressedAnswer({ from }: Question, recognize: Recognize, since: bigint): string | undefined {
  const own = Capture.of(from.lab)
    .since(since)
    .filter(({ at }) => at.namespace === from);
  const probes = own.filter((frame) => isSent(frame) && recognize(frame.bytes) === 'probe').map(endsOf);
  if (probes.length === 0) return undefined;
  for (const frame of own) {
    if (frame.direction !== 'in' || frame.packetType !== PACKET_HOST) continue;
    const reply = endsOf(frame);
    if (!reply) continue;
    const isOfProbe = probes.some(
      (probe) =>
        probe?.protocol === reply.protocol &&
        probe.source === reply.destination &&
        probe.destination !== reply.source &&
        probe.ports.source === reply.ports.destination &&
        probe.ports.destination === reply.ports.source,
    );
    if (isOfProbe) return reply.source;
  }
  return undefined;
}

function endsOf({ bytes }: CapturedFrame) {
  const packet = packetBehindTags(bytes);
  const ports = packet && portsOf(packet);
  return packet && ports ? { ...packet, ports } : undefined;
}
