import type { Family as IpFamily } from '../wire/ip-address.ts';
import { body } from './body.ts';
import { Family } from './family.ts';
import { oneOf } from './one-of.ts';
import { ipFamily, pad, u8, u32 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, others, table } from './table.ts';

/** A rule of the routing policy, as `ip rule` has it. */
export interface Rule {
  family: IpFamily;
  /** Rules are tried in this order. */
  priority: number;
  /** The table that a packet is looked up in. */
  table: number;
  /** It sends every packet to its table, whatever that is like. */
  isPlain: boolean;
}

const ACTIONS = { to_tbl: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;

/** A rule that has no suppressor says so (`fib_nl_fill_rule`). */
const NOTHING_SUPPRESSED = 0xffff_ffff;

const header = struct('fib_rule_hdr', {
  family: ipFamily,
  toLength: u8,
  fromLength: u8,
  tos: u8,
  lowTable: u8,
  reserved: pad(2),
  action: oneOf(u8, 'FR_ACT_', ACTIONS),
  flags: u32,
});

const attributes = table({
  priority: attribute('FRA_PRIORITY', 6, u32, { absent: 0 }),
  table: attribute('FRA_TABLE', 15, u32),
  suppressed: attribute('FRA_SUPPRESS_PREFIXLEN', 14, u32, { absent: NOTHING_SUPPRESSED }),
  protocol: attribute('FRA_PROTOCOL', 21, u8),
  selectors: others(),
});

export const ipRule = new Family({
  command: ['ip', 'rule'],
  messages: ['RULE', 32],
  body: body(header, attributes),
  state: ({
    family,
    priority,
    table,
    lowTable,
    action,
    toLength,
    fromLength,
    tos,
    flags,
    suppressed,
    selectors,
  }): Rule => ({
    ...{ family, priority },
    table: table ?? lowTable,
    isPlain:
      action === 'to_tbl' &&
      suppressed === NOTHING_SUPPRESSED &&
      [toLength, fromLength, tos, flags, selectors.length].every((number) => number === 0),
  }),
});

/** `local`, `main`, and of IPv4 `default` (`fib_default_rules_init`, `fib6_rules_net_init`): priority and table. */
const KERNELS_OWN: Record<IpFamily, readonly string[]> = {
  4: ['0 255', '32766 254', '32767 253'],
  6: ['0 255', '32766 254'],
};

/** Whether routes depend on more than the destination: somebody added rules, or took the kernel's away. */
export function areChanged(rules: readonly Rule[], family: IpFamily): boolean {
  const told = rules.map(({ isPlain, priority, table }) => (isPlain ? `${priority} ${table}` : 'other'));
  return told.join() !== KERNELS_OWN[family].join();
}
