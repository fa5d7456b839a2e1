import type { NetNamespace } from '../kernel/net-namespace.ts';
import { netlinkProtocols } from '../kernel/netlink-protocols.ts';
import { decodeAttributes } from './attribute.ts';
import { raw } from './raw.ts';
import { NetlinkSocket } from './socket.ts';

const NETLINK_XFRM = 6;

// linux/xfrm.h
const XFRM_MSG_GETSADINFO = 0x23;
const XFRM_MSG_GETSPDINFO = 0x25;
const XFRMA_SAD_CNT = 1;
const XFRMA_SPD_INFO = 1;

/** What stands in front of the attributes, a number of flags. */
const FLAGS_LENGTH = 4;

/** Whether a namespace has states or policies of IPsec (`ip xfrm state`, `ip xfrm policy`). */
export function hasIpsec(namespace: NetNamespace): boolean {
  if (!netlinkProtocols(namespace).has(NETLINK_XFRM)) return false;
  using socket = namespace.run(() => new NetlinkSocket({ protocol: NETLINK_XFRM }));
  const ask = (type: number, attribute: number, operation: string) => {
    const body = socket.get(raw({ type, flags: 0, header: Buffer.alloc(FLAGS_LENGTH), attributes: [] }, { operation }));
    return decodeAttributes(body.subarray(FLAGS_LENGTH)).get(attribute);
  };
  const states = ask(XFRM_MSG_GETSADINFO, XFRMA_SAD_CNT, 'ip xfrm state count');
  if (states?.readUInt32LE(0) !== 0) return true;
  // struct xfrmu_spdinfo: how many policies there are for each direction, and for each again those of sockets
  const policies = ask(XFRM_MSG_GETSPDINFO, XFRMA_SPD_INFO, 'ip xfrm policy count');
  return policies?.every((byte) => byte === 0) !== true;
}
