import { dividesGivenPorts } from '../../kernel/given-ports.ts';
import type { Family as IpFamily } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { body } from '../codec/body.ts';
import { oneOf } from '../codec/one-of.ts';
import {
  asNumber,
  be64,
  bool,
  hexadecimal,
  ip,
  ipFamily,
  pad,
  realms,
  string,
  u8,
  u16,
  u32,
} from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { absent, flat, type Type } from '../codec/type.ts';
import { Family } from '../family.ts';
import { type RouteProtocol, routeProtocol } from './route.ts';

/** A rule of the routing policy, as `ip rule` has it. */
export interface Rule extends RuleSelectors {
  family: IpFamily;
  /** Rules are tried in this order. */
  priority: number;
  /** What is done with a packet that it is for: `to_tbl` looks it up in {@link table}. */
  action: RuleAction;
  /** The table that a packet is looked up in. */
  table: number;
  /** The priority of the rule to go on with. */
  goto: number | undefined;
  /** Routes with a prefix of this length or less are passed over (`suppress_prefixlength`). */
  suppressPrefixlength: number | undefined;
  /** Routes by a device of this group are passed over (`suppress_ifgroup`). */
  suppressIfgroup: number | undefined;
  /** The realms that its packets belong to, for `tc` and accounting: `from/to` (`CONFIG_IP_ROUTE_CLASSID`). */
  realms: string | undefined;
  /** Who added it: `unspec` where nobody set one. */
  protocol: RouteProtocol;
  /** It sends every packet to its table, whatever that is like. */
  isPlain: boolean;
  /** It sends every packet of a VRF to the VRF's table, and is for no other (`l3mdev_fib_rule_match`). */
  isOfVrfs: boolean;
  /** The numbers of the attributes that hairpin does not know (`FRA_*`). */
  unknown: number[];
}

/** A rule to add or delete. */
export type RuleConfig = { [K in keyof Rule]?: Rule[K] | undefined };

/** Which packets a rule is for: what is undefined is for all. */
interface RuleSelectors {
  /** It is for all packets but these. */
  not: boolean;
  from: Net | undefined;
  to: Net | undefined;
  tos: number;
  /** The names of the devices that a packet came by, and that it was bound to leave by. */
  iif: string | undefined;
  oif: string | undefined;
  fwmark: number | undefined;
  fwmask: number | undefined;
  /** Only a device of a VRF's is for it (`l3mdev`). */
  l3mdev: boolean;
  uidrange: Range | undefined;
  /** The number of the protocol above IP. */
  ipproto: number | undefined;
  /** The identifier that an external tunnel has read (`struct ip_tunnel_key`). */
  tunId: number | undefined;
  sport: Range | undefined;
  dport: Range | undefined;
}

interface Net {
  address: string;
  length: number;
}

interface Range {
  first: number;
  last: number;
}

/**
 * Whether a rule tells one TCP or UDP probe from the next: each has a new source port, and its answer goes there. A rule that hairpin does
 * not know in full may, too.
 */
export function dividesProbes({
  sport,
  dport,
  unknown = [],
}: Pick<RuleConfig, 'sport' | 'dport' | 'unknown'>): boolean {
  return sport !== undefined || (dport !== undefined && dividesGivenPorts(dport)) || unknown.length > 0;
}

/** iproute2's words for them; `to_tbl` is `lookup` there. */
export const RULE_ACTIONS = { to_tbl: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;
export type RuleAction = keyof typeof RULE_ACTIONS | `${number}`;

/** The mask of a mark all of whose bits count. */
export const WHOLE_MARK = 0xffff_ffff;

const header = struct('fib_rule_hdr', {
  family: ipFamily,
  toLength: u8,
  fromLength: u8,
  tos: u8,
  lowTable: u8,
  reserved: pad(2),
  action: oneOf(u8, 'FR_ACT_', RULE_ACTIONS),
  flags: flat(bits(u32, { not: bit('FIB_RULE_INVERT', 2) })),
});

/** Which bits of a port count. The kernel says it of every single port, since Linux 6.15 (`fib_nl_fill_rule`). */
const WHOLE_PORT = 0xffff;

/** A rule that has no suppressor says so (`fib_nl_fill_rule`). */
const NOTHING_SUPPRESSED = 0xffff_ffff;

const range = (name: string, of: typeof u16): Type<Range> => ({
  ...struct(name, { first: of, last: of }),
  words: ({ first, last }) => [`${first}-${last}`],
});

const attributes = table({
  priority: attribute('FRA_PRIORITY', 6, u32, { ifAbsent: 0 }),
  from: attribute('FRA_SRC', 2, ip, { word: false }),
  to: attribute('FRA_DST', 1, ip, { word: false }),
  iif: attribute('FRA_IIFNAME', 3, string),
  oif: attribute('FRA_OIFNAME', 17, string),
  fwmark: attribute('FRA_FWMARK', 10, u32, { word: false }),
  fwmask: attribute('FRA_FWMASK', 16, u32, { word: false }),
  tunId: attribute('FRA_TUN_ID', 12, asNumber(be64)),
  uidrange: attribute('FRA_UID_RANGE', 20, range('fib_rule_uid_range', u32)),
  ipproto: attribute('FRA_IP_PROTO', 22, u8),
  sport: attribute('FRA_SPORT_RANGE', 23, range('fib_rule_port_range', u16)),
  dport: attribute('FRA_DPORT_RANGE', 24, range('fib_rule_port_range', u16)),
  sportMask: attribute('FRA_SPORT_MASK', 28, absent(WHOLE_PORT, u16), { word: false }),
  dportMask: attribute('FRA_DPORT_MASK', 29, absent(WHOLE_PORT, u16), { word: false }),
  protocol: attribute('FRA_PROTOCOL', 21, routeProtocol, { ifAbsent: 'unspec' }),
  l3mdev: attribute('FRA_L3MDEV', 19, { ...bool(u8), isFlag: true, words: () => [] }, { ifAbsent: false }),
  table: attribute('FRA_TABLE', 15, u32, { word: 'lookup' }),
  goto: attribute('FRA_GOTO', 4, u32),
  suppressPrefixlength: attribute('FRA_SUPPRESS_PREFIXLEN', 14, absent(NOTHING_SUPPRESSED, u32)),
  suppressIfgroup: attribute('FRA_SUPPRESS_IFGROUP', 13, u32),
  realms: attribute('FRA_FLOW', 11, realms),
  unknown: others(),
});

export const ipRule = new Family({
  command: ['ip', 'rule'],
  messages: ['RULE', 32],
  body: body(header, attributes),
  saysFamily: true,
  complete: ({ from, to, protocol, ...config }: RuleConfig, verb) => {
    if (verb === 'list') return { family: config.family };
    const { action = 'to_tbl', l3mdev, table: number } = config;
    return {
      ...{ ...config, action },
      ...{ from: from?.address, fromLength: from?.length, to: to?.address, toLength: to?.length },
      // The kernel has table 0 for a rule that names no table.
      table: action === 'to_tbl' && !l3mdev ? number : undefined,
      protocol: protocol === 'unspec' ? undefined : protocol,
    };
  },
  state: ({ fromLength, toLength, lowTable, sportMask, dportMask, unknown: unnamed, ...read }): Rule => {
    const { action, not, tos, iif, oif, fwmark, tunId, uidrange, ipproto, sport, dport, l3mdev } = read;
    // A rule for some bits of a port alone is one that hairpin cannot say.
    const masks = { sportMask, dportMask };
    const unknown = [
      ...unnamed,
      ...(['sportMask', 'dportMask'] as const)
        .filter((each) => masks[each] !== undefined)
        .map((each) => attributes.rows[each].number),
    ];
    const selectors = [iif, oif, fwmark, tunId, uidrange, ipproto, sport, dport];
    const selects =
      fromLength > 0 ||
      toLength > 0 ||
      not ||
      tos > 0 ||
      unknown.length > 0 ||
      selectors.some((selector) => selector !== undefined);
    const suppresses = read.suppressPrefixlength !== undefined || read.suppressIfgroup !== undefined;
    const isWhole = action === 'to_tbl' && !suppresses && !selects;
    return {
      ...{ ...read, unknown },
      table: read.table ?? lowTable,
      from: read.from === undefined ? undefined : { address: read.from, length: fromLength },
      to: read.to === undefined ? undefined : { address: read.to, length: toLength },
      ...{ isPlain: isWhole && !l3mdev, isOfVrfs: isWhole && l3mdev },
    };
  },
  words: (config, _, rest) => [...headerWords(config), ...rest, ...actionWords(config)],
});

function headerWords({ not, from, to, tos = 0, fwmark, fwmask }: RuleConfig): string[] {
  return [
    ...(not ? ['not'] : []),
    ...(from ? ['from', `${from.address}/${from.length}`] : []),
    ...(to ? ['to', `${to.address}/${to.length}`] : []),
    ...(tos ? ['tos', hexadecimal(tos)] : []),
    ...(fwmark === undefined ? [] : ['fwmark', markWords({ fwmark, fwmask })]),
  ];
}

/** `0x1`; `0x1/0xff` where only some bits of a mark count. */
export function markWords({ fwmark, fwmask = WHOLE_MARK }: { fwmark: number; fwmask?: number | undefined }): string {
  return fwmask === WHOLE_MARK ? hexadecimal(fwmark) : `${hexadecimal(fwmark)}/${hexadecimal(fwmask)}`;
}

/** `lookup` and `goto` are said by their attributes. */
function actionWords({ action = 'to_tbl' }: RuleConfig): string[] {
  return action === 'to_tbl' || action === 'goto' ? [] : [action];
}

/** `local`, `main`, and of IPv4 `default` (`fib_default_rules_init`, `fib6_rules_net_init`): priority and table. */
export const KERNELS_OWN_RULES: Record<IpFamily, readonly string[]> = {
  4: ['0 255', '32766 254', '32767 253'],
  6: ['0 255', '32766 254'],
};

/** Whether routes depend on more than the destination: somebody added rules, or took the kernel's away. */
export function areChanged(rules: readonly Rule[], family: IpFamily): boolean {
  const told = rules.map(({ isPlain, priority, table }) => (isPlain ? `${priority} ${table}` : 'other'));
  return told.join() !== KERNELS_OWN_RULES[family].join();
}
