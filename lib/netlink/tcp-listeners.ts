import { AF_INET, AF_INET6, IPPROTO_TCP } from '../kernel/constants.ts';
import { unlessError } from '../kernel/has-code.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { answeredBy, body } from './body.ts';
import { requestOf } from './request.ts';
import { be16, pad, u8, u32 } from './scalars.ts';
import { NetlinkSocket } from './socket.ts';
import { struct } from './struct.ts';
import { attribute, table } from './table.ts';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
/** `1 << TCP_LISTEN`. */
const LISTENING = 1 << 10;

// linux/inet_diag.h; struct inet_diag_sockid has 48 bytes.
const question = struct('inet_diag_req_v2', {
  ...{ family: u8, protocol: u8, extensions: u8, padding: pad(1), states: u32, id: pad(48) },
});
const answer = body(
  struct('inet_diag_msg', {
    ...{ family: u8, state: u8, timer: u8, retransmits: u8, port: be16, id: pad(46) },
    ...{ expires: u32, receiveQueue: u32, sendQueue: u32, user: u32, inode: u32 },
  }),
  table({ onlyIpv6: attribute('INET_DIAG_SKV6ONLY', 11, u8, { ifAbsent: 0 }) }),
);

/** A TCP socket that listens. */
interface TcpListener {
  /** How many connections wait for the program to accept them, and how many may (`listen`). */
  waiting: number;
  backlog: number;
  /** Whether it takes no IPv4 (IPV6_V6ONLY). */
  onlyIpv6: boolean;
}

/** The sockets that listen at a TCP port, as `ss -lt` shows them. None if the kernel does not tell (`CONFIG_INET_DIAG`). */
export function tcpListeners(namespace: NetNamespace, port: number): TcpListener[] {
  const list = (family: number) =>
    namespace.run(() => {
      using socket = new NetlinkSocket({ protocol: NETLINK_SOCK_DIAG });
      const values = { family, protocol: IPPROTO_TCP, extensions: 0, states: LISTENING };
      const request = requestOf(SOCK_DIAG_BY_FAMILY, answeredBy(question, answer), values, { words: 'ss -lt' });
      return socket.list(request);
    });
  return [AF_INET, AF_INET6]
    .flatMap((family) => unlessError(KernelError, () => list(family)) ?? [])
    .filter((each) => each.port === port)
    .map(({ receiveQueue, sendQueue, onlyIpv6 }) => ({
      ...{ waiting: receiveQueue, backlog: sendQueue, onlyIpv6: onlyIpv6 === 1 },
    }));
}
