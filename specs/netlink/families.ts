import '../../lib/lab/index.ts';
import { ipAddress } from '../../lib/netlink/address.ts';
import { bridgeLink } from '../../lib/netlink/bridge-port.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { ipRoute } from '../../lib/netlink/route.ts';
import { ipRule } from '../../lib/netlink/rule.ts';
import '../../lib/netlink/veth.ts';

/** Every family of objects; the lab registers its kinds of links. */
export const FAMILIES = { ipLink, bridgeLink, ipAddress, ipRoute, ipRule };
