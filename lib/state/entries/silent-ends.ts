import { AF_BRIDGE } from '../../kernel/constants.ts';
import { ipAddress } from '../../netlink/address.ts';
import { ipLink } from '../../netlink/link.ts';
import type { Reply } from '../../netlink/message.ts';
import { ipNexthop } from '../../netlink/routing/nexthop.ts';

const FLAGS_AT = 8;
const IFF_UP = 1;
/** `IFF_RUNNING` and `IFF_LOWER_UP`: a link that lost its carrier has neither. */
const CARRIER = 0x40 | 0x10000;

/** A link is down or gone, or an address is gone. Routes and nexthops go with it (`fib_sync_down_dev`, `nexthop_flush_dev`). */
export function endsLinkOrAddress({ type, body }: Reply): boolean {
  if (ipLink.isGone(type) || ipAddress.isGone(type)) return true;
  return ipLink.isNew(type) && body[0] !== AF_BRIDGE && (body.readUInt32LE(FLAGS_AT) & IFF_UP) === 0;
}

/** A link has no carrier. Its nexthops go (`nh_netdev_event`). */
export function endsCarrier({ type, body }: Reply): boolean {
  return ipLink.isNew(type) && body[0] !== AF_BRIDGE && (body.readUInt32LE(FLAGS_AT) & CARRIER) === 0;
}

/** A nexthop is gone. Its routes go with it (`__remove_nexthop_fib`). */
export function endsNexthop({ type }: Reply): boolean {
  return ipNexthop.isGone(type);
}
