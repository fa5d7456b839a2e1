import { u32 } from '../kernel/bytes.ts';
import { AF_UNIX } from '../kernel/constants.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { decodeAttributes } from './attribute.ts';
import { raw } from './raw.ts';
import { NetlinkSocket } from './socket.ts';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;

// linux/unix_diag.h
const UDIAG_SHOW_PEER = 0x4;
const UNIX_DIAG_PEER = 2;
/** struct unix_diag_msg: family, type, state, the inode, a cookie. */
const MESSAGE_LENGTH = 16;
const EVERY_STATE = 0xffff_ffff;
const NO_COOKIE = 0xffff_ffff;

/**
 * The other end of a Unix socket pair, as `ss -x` finds it: both are told by their inodes.
 *
 * @throws KernelError when there is no such socket, or the kernel has no diagnosis of Unix sockets (`CONFIG_UNIX_DIAG`)
 */
export function peerOfUnixSocket(namespace: NetNamespace, inode: number): number | undefined {
  using socket = namespace.run(() => new NetlinkSocket({ protocol: NETLINK_SOCK_DIAG }));
  // struct unix_diag_req
  const header = Buffer.concat([
    Buffer.of(AF_UNIX, 0, 0, 0),
    ...[EVERY_STATE, inode, UDIAG_SHOW_PEER, NO_COOKIE, NO_COOKIE].map(u32),
  ]);
  const request = { type: SOCK_DIAG_BY_FAMILY, flags: 0, header, attributes: [] };
  const body = socket.get(raw(request, { operation: 'ss -x' }));
  return decodeAttributes(body.subarray(MESSAGE_LENGTH)).get(UNIX_DIAG_PEER)?.readUInt32LE(0);
}
