import { s32 } from '../kernel/bytes.ts';
import {
  IP_MTU_DISCOVER,
  IP_PMTUDISC_PROBE,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_DONTFRAG,
  IPV6_MTU_DISCOVER,
} from '../kernel/constants.ts';
import type { Socket } from '../kernel/socket.ts';
import type { Family } from '../wire/ip-address.ts';

/**
 * Has what a socket sends go whole or not at all. What was learnt of the path's MTU before is not asked
 * (`IP_PMTUDISC_PROBE`): the network is to say it anew.
 */
export function forbidFragments(socket: Socket, family: Family): void {
  if (family === 4) socket.setOption(IPPROTO_IP, IP_MTU_DISCOVER, s32(IP_PMTUDISC_PROBE));
  else {
    socket.setOption(IPPROTO_IPV6, IPV6_MTU_DISCOVER, s32(IP_PMTUDISC_PROBE));
    socket.setOption(IPPROTO_IPV6, IPV6_DONTFRAG, s32(1));
  }
}
