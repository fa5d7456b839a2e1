import type { Hop } from '../../lab/index.ts';
import type { TracedPacket } from '../../trace/rules/follow-packets.ts';
import type { Taken } from '../../trace/rules/taken.ts';
import { isAbout } from '../../trace/solicitation.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import { asRouted } from './as-routed.ts';
import { routeFor } from './route.ts';
import type { Whose } from './taker.ts';

/** Where a packet was last seen in a host: whose MAC addresses that host may need, to send it on, or to answer it. */
export function nextHopsAt({ frame }: Hop, packets: readonly TracedPacket[]): string[] {
  const { namespace } = frame.at;
  const packet = packetBehindTags(asRouted(frame, packets)?.bytes ?? frame.bytes);
  return packet ? [packet.destination, packet.source].map((to) => routeFor(namespace, to).route?.via ?? to) : [];
}

/** The rule of a host that took its own question for a next hop, before any tap saw it leave. */
export function unsentQuestion(at: Hop, packets: readonly TracedPacket[]): (Taken & { whose: Whose }) | undefined {
  const { namespace } = at.frame.at;
  const own = packets.filter((each) => each.namespace === namespace && each.taker);
  for (const address of own.length > 0 ? nextHopsAt(at, packets) : [])
    for (const { taker, seen } of own) {
      const asks = seen.some(({ frame, iif }) => iif === undefined && isAbout(frame, 'question', address));
      const by = familyOf(address) === 6 ? 'ND' : 'ARP';
      if (taker && asks) return { at, namespace, step: taker, whose: { is: 'solicitation', address, by } };
    }
  return undefined;
}
