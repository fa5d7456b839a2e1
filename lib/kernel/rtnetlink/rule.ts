import type { Family } from '../../wire/ip-address.ts';
import { familyNumber } from './address.ts';
import { decodeAttributes } from './attribute.ts';
import type { Operation, RtnetlinkSocket } from './socket.ts';

const RTM_GETRULE = 34;
const FRA_PRIORITY = 6;
// struct fib_rule_hdr
const HEADER_LENGTH = 12;
/** Priorities of `local`, `main`, and of IPv4 `default` (`fib_default_rules_init`, `fib6_rules_net_init`). */
const KERNELS_OWN: Record<Family, number[]> = { 4: [0, 32766, 32767], 6: [0, 32766] };

/** Whether routes depend on more than the destination: somebody added rules (`ip rule`), or took the kernel's away. */
export function hasRules(socket: RtnetlinkSocket, family: Family, operation: Operation): boolean {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt8(familyNumber(family), 0);
  const priorities = socket
    .dump({ type: RTM_GETRULE, flags: 0, header, attributes: [] }, operation)
    .map((entry) => decodeAttributes(entry.subarray(HEADER_LENGTH)).get(FRA_PRIORITY)?.readUInt32LE(0) ?? 0);
  return priorities.join() !== KERNELS_OWN[family].join();
}
