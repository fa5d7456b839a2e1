import type { Hop } from '../lab/index.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { type OuterPacket, outerPacketOf, type TunnelHeader } from '../wire/tunnel-header.ts';
import { isSent } from './answer-ways.ts';
import { Capture } from './capture.ts';
import { pathOf } from './probe-path.ts';

/** An outer packet that carries what a tunnel was given to send, and the way that it took. */
export interface OuterWay {
  outer: OuterPacket;
  path: Hop;
}

/**
 * The outer packets that carry what a tunnel was given to send, one for each other end. Those alone that were seen to leave the
 * namespace of the tunnel: they carry the very frame of the hop.
 *
 * @param end where the tunnel was given the frame
 */
export function outerWays({ frame }: Hop, header: TunnelHeader): OuterWay[] {
  const { at: tunnel, nanoseconds, identity } = frame;
  const frames = Capture.of(tunnel.namespace.lab).since(nanoseconds);
  const ways = new Map<string, OuterWay>();
  for (const sent of frames) {
    if (!isSent(sent) || sent.at === tunnel || sent.at.namespace !== tunnel.namespace) continue;
    const outer = outerPacketOf(sent.bytes, header);
    if (!outer || ways.has(outer.destination) || frameIdentity(outer.inner) !== identity) continue;
    // Another outer packet may carry the same once more. Where addresses are translated, the path ends.
    const path = pathOf(
      frames.filter((frame) => frame.identity === sent.identity),
      sent,
    );
    if (path) ways.set(outer.destination, { outer, path });
  }
  return [...ways.values()];
}
