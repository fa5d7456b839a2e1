import { ipAddress } from '../../lib/netlink/address.ts';

/** Every family of objects. */
export const FAMILIES = { ipAddress };
