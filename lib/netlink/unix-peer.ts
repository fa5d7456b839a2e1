import { AF_UNIX } from '../kernel/constants.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { answeredBy, body } from './codec/body.ts';
import { pad, u8, u32 } from './codec/scalars.ts';
import { struct } from './codec/struct.ts';
import { attribute, table } from './codec/table.ts';
import { NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY } from './inet-sockets.ts';
import { requestOf } from './request.ts';
import { NetlinkSocket } from './socket.ts';

// linux/unix_diag.h
const UDIAG_SHOW_PEER = 0x4;
const EVERY_STATE = 0xffff_ffff;
const NO_COOKIE = 0xffff_ffff;

const question = struct('unix_diag_req', {
  ...{ family: u8, protocol: u8, padding: pad(2), states: u32, inode: u32, show: u32 },
  ...{ cookie: u32, cookieEnd: u32 },
});
const answer = body(
  struct('unix_diag_msg', { family: u8, type: u8, state: u8, padding: pad(1), inode: u32, cookie: pad(8) }),
  table({ peer: attribute('UNIX_DIAG_PEER', 2, u32) }),
);

/**
 * The other end of a Unix socket pair, as `ss -x` finds it: both are told by their inodes.
 *
 * @throws KernelError when there is no such socket, or the kernel has no diagnosis of Unix sockets (`CONFIG_UNIX_DIAG`)
 */
export function peerOfUnixSocket(namespace: NetNamespace, inode: number): number | undefined {
  using socket = namespace.run(() => new NetlinkSocket({ protocol: NETLINK_SOCK_DIAG }));
  const cookie = { cookie: NO_COOKIE, cookieEnd: NO_COOKIE };
  const values = { family: AF_UNIX, states: EVERY_STATE, inode, show: UDIAG_SHOW_PEER, ...cookie };
  const of = answeredBy(question, answer);
  return socket.get(requestOf(SOCK_DIAG_BY_FAMILY, of, values, { words: 'ss -x' })).peer;
}
