import type { CapturedFrame, Namespace } from '../lab/index.ts';
import { decodeEthernet, ETHERTYPE } from '../wire/ethernet.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { Capture } from './capture.ts';
import type { Recognize } from './probe-path.ts';
import { advertised, solicitationOf } from './solicitation.ts';

/**
 * Whether a probe may have come to a namespace: the taps saw a probe or a tunnel's packet, which may carry one, or they missed some
 * frames.
 *
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function mayHaveCome(namespace: Namespace, recognize: Recognize, since: bigint): boolean {
  const capture = Capture.of(namespace.lab);
  if (!capture.isWhole(namespace, since)) return true;
  const came = capture.since(since).filter(({ at, direction }) => at.namespace === namespace && direction === 'in');
  return came.some((frame) => recognize(frame.bytes) === 'probe' || mayCarry(frame));
}

/** Whether a frame may be a tunnel's packet, with a probe in it. ARP, ND and ICMP are not. */
function mayCarry({ bytes }: CapturedFrame): boolean {
  const frame = withoutVlanTags(bytes);
  if (solicitationOf(frame) || advertised(frame) !== undefined) return false;
  const packet = ipPacketOf(frame);
  if (!packet) return decodeEthernet(frame)?.etherType !== ETHERTYPE.arp;
  return packet.protocol !== IP_PROTOCOL.icmp && packet.protocol !== IP_PROTOCOL.icmpv6;
}
