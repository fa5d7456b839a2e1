import { unlessError } from '../base/has-code.ts';
import { AF_INET, AF_INET6 } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { bytesToUnmappedIp, endpointWords } from '../wire/ip-address.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { answeredBy, body } from './codec/body.ts';
import { be16, pad, u8, u32 } from './codec/scalars.ts';
import { struct } from './codec/struct.ts';
import { attribute, table } from './codec/table.ts';
import { fixed } from './codec/type.ts';
import { requestOf } from './request.ts';
import { NetlinkSocket } from './socket.ts';

/** linux/sock_diag.h */
export const NETLINK_SOCK_DIAG = 4;
export const SOCK_DIAG_BY_FAMILY = 20;
/** `1 << TCP_ESTABLISHED`: a UDP socket with a peer. */
const CONNECTED = 1 << 1;
/** `1 << TCP_CLOSE`: a UDP socket without a peer. */
const OPEN = 1 << 7;
/** `1 << TCP_LISTEN`. */
const LISTENING = 1 << 10;

/** 16 bytes, of which an IPv4 address takes the first four. */
const address = fixed<Buffer>(
  16,
  (bytes, at) => bytes.subarray(at, at + 16),
  (bytes, at, value) => void value.copy(bytes, at),
);

// linux/inet_diag.h; struct inet_diag_sockid has 48 bytes.
const question = struct('inet_diag_req_v2', {
  ...{ family: u8, protocol: u8, extensions: u8, padding: pad(1), states: u32, id: pad(48) },
});
const answer = body(
  struct('inet_diag_msg', {
    ...{ family: u8, state: u8, timer: u8, retransmits: u8, port: be16, peerPort: be16, address, peer: address },
    ...{ device: u32, cookie: pad(8), expires: u32, receiveQueue: u32, sendQueue: u32, user: u32, inode: u32 },
  }),
  table({ onlyIpv6: attribute('INET_DIAG_SKV6ONLY', 11, u8, { ifAbsent: 0 }) }),
);

/** A socket that has a port. */
export interface InetSocket {
  /** `0.0.0.0` and `::` stand for all. */
  address: string;
  /** ifindex of the device that it is bound to (SO_BINDTODEVICE); 0 for none. */
  device: number;
  /** Whether it takes no IPv4 (IPV6_V6ONLY). */
  onlyIpv6: boolean;
  /** Of a UDP socket: the only one from whom it takes anything, as `10.0.0.9:99`. */
  peer: string | undefined;
  /** TCP: how many connections wait for the program to accept them. UDP: how many bytes wait for it to read them. */
  waiting: number;
  /** TCP: how many connections may wait (`listen`). */
  backlog: number;
}

/**
 * The TCP sockets that listen at a port, or the UDP sockets that have it, as `ss -lt` and `ss -ua` show them. None if the kernel does not
 * tell (`CONFIG_INET_DIAG`, `CONFIG_INET_UDP_DIAG`).
 */
export function inetSockets(namespace: NetNamespace, protocol: 'tcp' | 'udp', port: number): InetSocket[] {
  const states = protocol === 'tcp' ? LISTENING : OPEN | CONNECTED;
  const list = (family: number) =>
    namespace.run(() => {
      using socket = new NetlinkSocket({ protocol: NETLINK_SOCK_DIAG });
      const values = { family, protocol: IP_PROTOCOL[protocol], extensions: 0, states };
      const words = protocol === 'tcp' ? 'ss -lt' : 'ss -ua';
      return socket.list(requestOf(SOCK_DIAG_BY_FAMILY, answeredBy(question, answer), values, { words }));
    });
  return [AF_INET, AF_INET6].flatMap((family) => {
    const ip = (bytes: Buffer) => bytesToUnmappedIp(family === AF_INET ? bytes.subarray(0, 4) : bytes);
    return (unlessError(KernelError, () => list(family)) ?? [])
      .filter((each) => each.port === port)
      .map((each) => ({
        ...{ address: ip(each.address), device: each.device, onlyIpv6: each.onlyIpv6 === 1 },
        peer: 1 << each.state === CONNECTED ? endpointWords(ip(each.peer), each.peerPort) : undefined,
        ...{ waiting: each.receiveQueue, backlog: each.sendQueue },
      }));
  });
}
