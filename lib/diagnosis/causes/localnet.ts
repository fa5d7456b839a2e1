import type { Hop } from '../../lab/index.ts';
import { takesLoopback } from '../../model/reverse-path.ts';
import { hopsOf } from '../../trace/path.ts';
import type { Recognize } from '../../trace/probe-path.ts';
import type { TracedPacket } from '../../trace/rules/follow-packets.ts';
import { destinationOf } from '../../trace/translation.ts';
import { isLoopbackIp } from '../../wire/ip-address.ts';
import type { CauseAt } from '../finding.ts';
import { modelled } from './by-model.ts';

/**
 * Where a host translated a probe to an address of 127.0.0.0/8, and its routes refused it then: what came from outside is not
 * for such an address (`ip_route_input_slow`).
 */
export function localnetCause(path: Hop, packets: readonly TracedPacket[], recognize: Recognize): CauseAt | undefined {
  for (const { namespace, seen } of packets) {
    const became = destinationOf(seen.at(-1)?.frame ?? Buffer.alloc(0));
    const isProbe = seen.some(({ frame }) => recognize(frame) === 'probe');
    if (!isProbe || became === undefined || !isLoopbackIp(became)) continue;
    const hop = hopsOf(path).find(
      ({ frame: { at, direction }, next }) => at.namespace === namespace && direction === 'in' && next.length === 0,
    );
    const device = hop && modelled(hop.frame.at);
    if (hop && device && !takesLoopback(device))
      return { hop, cause: { code: 'ip.localnet', facts: { namespace: namespace.name, to: became } } };
  }
  return undefined;
}
