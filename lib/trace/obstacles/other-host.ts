import { PACKET_OTHERHOST } from '../../kernel/constants.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import type { CapturedFrame } from '../capture.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a host's IP did not take a frame that came to it: it is for another's MAC address (`ip_rcv_core`, `ip6_rcv_core`). */
export function otherHostObstacle({ at, bytes, packetType }: CapturedFrame): Obstacle | undefined {
  // What is for a child of a parent's is for another, too.
  if (packetType !== PACKET_OTHERHOST || at.children.size > 0) return undefined;
  return {
    text: `the frame is for ${decodeEthernet(bytes)?.destination}, and ${at} has ${at.mac}`,
    hint: 'a permanent neighbour entry with an old MAC address? See neighbour.list() of who sent it',
  };
}
