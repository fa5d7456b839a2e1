import type { Family } from '../../wire/ip-address.ts';
import { familyNumber } from './address.ts';
import type { Operation, RtnetlinkSocket } from './socket.ts';

const RTM_GETRULE = 34;
/** `local`, `main`, and of IPv4 `default` (`fib_default_rules_init`, `fib6_rules_net_init`). */
const KERNELS_OWN: Record<Family, number> = { 4: 3, 6: 2 };

/** Whether routes depend on more than the destination: somebody added rules (`ip rule`). */
export function hasRules(socket: RtnetlinkSocket, family: Family, operation: Operation): boolean {
  // struct fib_rule_hdr
  const header = Buffer.alloc(12);
  header.writeUInt8(familyNumber(family), 0);
  const rules = socket.dump({ type: RTM_GETRULE, flags: 0, header, attributes: [] }, operation);
  return rules.length !== KERNELS_OWN[family];
}
