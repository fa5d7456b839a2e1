import { unlessCode } from '../../base/has-code.ts';
import { NETLINK_XFRM } from '../../kernel/constants.ts';
import type { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { netlinkProtocols } from '../../kernel/tables/netlink-protocols.ts';
import { body } from '../codec/body.ts';
import { u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { requestOf } from '../request.ts';
import { NetlinkSocket } from '../socket.ts';
import { ipXfrmDefaults } from './xfrm-defaults.ts';

// linux/xfrm.h
const XFRM_MSG_GETSADINFO = 0x23;
const XFRM_MSG_GETSPDINFO = 0x25;

/** A number of flags stands before the attributes. */
const flags = struct('xfrm_info', { flags: u32 });
const states = body(flags, table({ count: attribute('XFRMA_SAD_CNT', 1, u32) }));

/** How many policies there are for each direction, and for each again those of sockets. */
const counts = struct('xfrmu_spdinfo', {
  in: u32,
  out: u32,
  forward: u32,
  socketIn: u32,
  socketOut: u32,
  socketForward: u32,
});
const policies = body(flags, table({ counts: attribute('XFRMA_SPD_INFO', 1, counts) }));

/** Whether a namespace has states or policies of IPsec (`ip xfrm state`, `ip xfrm policy`), or blocks what no policy is for. */
export function hasIpsec(namespace: NetNamespace): boolean {
  if (!netlinkProtocols(namespace).has(NETLINK_XFRM)) return false;
  using socket = namespace.run(() => new NetlinkSocket({ protocol: NETLINK_XFRM }));
  const { count } = socket.get(requestOf(XFRM_MSG_GETSADINFO, states, {}, { words: 'ip xfrm state count' }));
  // What the kernel does not say may be.
  if (count !== 0) return true;
  const told = socket.get(requestOf(XFRM_MSG_GETSPDINFO, policies, {}, { words: 'ip xfrm policy count' }));
  if (told.counts === undefined || Object.values(told.counts).some((number) => number > 0)) return true;
  // Kernels before 5.15 have none.
  return Object.values(unlessCode(['EINVAL'], () => socket.get(ipXfrmDefaults.show()), {})).includes('block');
}
