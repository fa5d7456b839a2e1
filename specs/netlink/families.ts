import '../../lib/lab/index.ts';
import { ipAddress } from '../../lib/netlink/address.ts';
import { bridgeLink } from '../../lib/netlink/bridge-port.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import '../../lib/netlink/veth.ts';

/** Every family of objects; the lab registers its kinds of links. */
export const FAMILIES = { ipLink, bridgeLink, ipAddress };
