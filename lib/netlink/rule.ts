import { familyNumber } from '../kernel/socket-address.ts';
import type { Family } from '../wire/ip-address.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

const RTM_GETRULE = 34;
const FRA_PRIORITY = 6;
const FRA_SUPPRESS_PREFIXLEN = 14;
const FRA_TABLE = 15;
const FRA_PROTOCOL = 21;
/** What a rule without selectors has. */
const PLAIN = [FRA_PRIORITY, FRA_SUPPRESS_PREFIXLEN, FRA_TABLE, FRA_PROTOCOL];
const NOTHING_SUPPRESSED = 0xffff_ffff;
const FR_ACT_TO_TBL = 1;
// struct fib_rule_hdr
const HEADER_LENGTH = 12;
/** `local`, `main`, and of IPv4 `default` (`fib_default_rules_init`, `fib6_rules_net_init`): priority and table. */
const KERNELS_OWN: Record<Family, string[]> = { 4: ['0 255', '32766 254', '32767 253'], 6: ['0 255', '32766 254'] };

/** Whether routes depend on more than the destination: somebody added rules (`ip rule`), or took the kernel's away. */
export function hasRules(socket: NetlinkSocket, family: Family, operation: Operation): boolean {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt8(familyNumber(family), 0);
  const rules = socket.list(raw({ type: RTM_GETRULE, flags: 0, header, attributes: [] }, operation)).map(describe);
  return rules.join() !== KERNELS_OWN[family].join();
}

/** Of a rule that sends everything to a table its priority and that; of any other nothing that is the kernel's own. */
function describe(entry: Buffer): string {
  const attributes = decodeAttributes(entry.subarray(HEADER_LENGTH));
  const number = (type: number) => attributes.get(type)?.readUInt32LE(0);
  const [, destinationLength, sourceLength, tos, table, , , action] = entry;
  const plain =
    !destinationLength &&
    !sourceLength &&
    !tos &&
    action === FR_ACT_TO_TBL &&
    entry.readUInt32LE(8) === 0 &&
    (number(FRA_SUPPRESS_PREFIXLEN) ?? NOTHING_SUPPRESSED) === NOTHING_SUPPRESSED &&
    [...attributes.keys()].every((type) => PLAIN.includes(type));
  return plain ? `${number(FRA_PRIORITY) ?? 0} ${number(FRA_TABLE) ?? table}` : 'other';
}
