import { flag, realms, u32 } from '../../netlink/codec/scalars.ts';
import { among, from, word } from '../../netlink/codec/value-rule.ts';
import { ROUTE_PROTOCOLS, type RouteProtocol } from '../../netlink/routing/route.ts';
import { ipRule, markWords, RULE_ACTIONS, type Rule, WHOLE_MARK } from '../../netlink/routing/rule.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import { describeEntry } from './entry-kind.ts';
import { deviceName, type Field, network, networkWords } from './fields.ts';
import { routeTable } from './route-entry.ts';

/** A rule of the routing policy, as `ip rule` has it: in the words in which a spec adds one. */
export interface RuleEntry extends Pick<Rule, SameInRule> {
  /** Undefined matches all packets, here and below. */
  from: string | undefined;
  to: string | undefined;
  /** A mark, `0x1`, or a mark and the bits of it that count, `0x1/0xff`. */
  fwmark: string | undefined;
  /** A protocol above IP, by its name or number. */
  ipproto: string | number | undefined;
  /** A port, or a range of them: `'8000-8080'`. */
  sport: string | number | undefined;
  dport: string | number | undefined;
  /** `'1000-1999'`. */
  uidrange: string | number | undefined;
  /** What happens to the packet. */
  type: RuleType;
  /** For `lookup`: the table. */
  table: number | undefined;
  /** The protocol that added it: `kernel`, `static`, `bgp` …; `unspec` if nobody said. */
  proto: RouteProtocol;
}

/** What an entry says in the kernel's words. */
type SameInRule =
  | ('family' | 'priority' | 'not' | 'iif' | 'oif' | 'tos' | 'tunId' | 'l3mdev')
  | ('goto' | 'suppressPrefixlength' | 'suppressIfgroup' | 'realms');

export type RuleType = 'lookup' | 'goto' | 'nop' | 'blackhole' | 'unreachable' | 'prohibit' | `${number}`;

const { icmp, igmp, ipip, tcp, udp, dccp, ipv6, gre, esp, ah, icmpv6, ospf, vrrp, sctp, udplite } = IP_PROTOCOL;
/** Protocols above IP, in the words of /etc/protocols. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  ...{ icmp, igmp, ipip, tcp, udp, dccp, ipv6, gre, esp, ah, 'ipv6-icmp': icmpv6, ospf, vrrp, sctp, udplite },
};

/** `8080`, or `'8000-8080'`. */
function rangeUpTo(most: number): Field {
  return {
    rule: `a whole number from 0 to ${most}, or a range such as '8000-8080'`,
    accept: (value) => {
      const range = parseRange(value);
      return range && range.first <= range.last && range.last <= most ? rangeWords(range) : undefined;
    },
  };
}

export function parseRange(value: unknown): { first: number; last: number } | undefined {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(textOf(value)) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

export const fwmark: Field = {
  rule: "a mark such as 1 or '0x1', or with the bits that count '0x1/0xff'",
  accept: (value) => {
    const mark = parseMark(value);
    return mark && markWords(mark);
  },
};

export function parseMark(value: unknown): { fwmark: number; fwmask: number } | undefined {
  const [mark, mask = WHOLE_MARK, ...rest] = textOf(value)
    .split('/')
    .map((part) => (/^(0x[\da-f]+|\d+)$/i.test(part) ? Number(part) : Number.NaN));
  const isMark = (number: number | undefined) =>
    Number.isInteger(number) && Number(number) >= 0 && Number(number) <= WHOLE_MARK;
  return rest.length === 0 && mark !== undefined && isMark(mark) && isMark(mask)
    ? { fwmark: mark, fwmask: mask }
    : undefined;
}

export const ipproto: Field = {
  rule: `a number from 0 to 255, or one of ${Object.keys(PROTOCOLS).join(', ')}`,
  accept: (value) => {
    const named = typeof value === 'string' && Object.hasOwn(PROTOCOLS, value) ? PROTOCOLS[value] : undefined;
    const number = typeof value === 'number' ? value : (named ?? Number.NaN);
    return Number.isInteger(number) && number >= 0 && number <= 255 ? protocolWord(number) : undefined;
  },
};

const ruleType = among('lookup', ...Object.keys(RULE_ACTIONS).filter((action) => action !== 'to_tbl'));

export const ruleEntry = describeEntry<Rule, RuleEntry>({
  noun: 'rule',
  monitored: ['rule'],
  family: ipRule,
  requests: [ipRule.all({ family: 4 }), ipRule.all({ family: 6 })],
  fields: {
    ...{
      priority: u32,
      family: among(4, 6),
      not: flag,
      from: network,
      to: network,
      iif: deviceName,
      oif: deviceName,
    },
    ...{
      fwmark,
      tos: from(0, 255),
      ipproto,
      sport: rangeUpTo(65535),
      dport: rangeUpTo(65535),
      uidrange: rangeUpTo(2 ** 32 - 1),
    },
    ...{ l3mdev: flag, type: ruleType, table: routeTable, goto: u32, suppressPrefixlength: u32 },
    ...{ tunId: from(1, 2 ** 32 - 1), suppressIfgroup: from(0, 2 ** 31 - 1), realms },
    proto: word(...ROUTE_PROTOCOLS),
  },
  entries: (rule) => [ruleOf(rule)],
  isOf: ({ iif, oif }, device) => iif === device || oif === device,
});

/** A rule of the kernel's in the words in which a spec adds one. */
export function ruleOf(rule: Rule): RuleEntry {
  return {
    ...{ family: rule.family, priority: rule.priority, not: rule.not },
    ...{ from: rule.from && networkWords(rule.from), to: rule.to && networkWords(rule.to) },
    ...{ iif: rule.iif, oif: rule.oif, tos: rule.tos },
    fwmark: rule.fwmark === undefined ? undefined : markWords({ fwmark: rule.fwmark, fwmask: rule.fwmask }),
    ipproto: rule.ipproto === undefined ? undefined : protocolWord(rule.ipproto),
    ...{ sport: rule.sport && rangeWords(rule.sport), dport: rule.dport && rangeWords(rule.dport) },
    ...{ uidrange: rule.uidrange && rangeWords(rule.uidrange), l3mdev: rule.l3mdev },
    type: rule.action === 'to_tbl' ? 'lookup' : rule.action,
    table: rule.action === 'to_tbl' && !rule.l3mdev ? rule.table : undefined,
    ...{ goto: rule.goto, suppressPrefixlength: rule.suppressPrefixlength, suppressIfgroup: rule.suppressIfgroup },
    ...{ realms: rule.realms, tunId: rule.tunId, proto: rule.protocol },
  };
}

/** Empty for what is neither a text nor a number: a list of one number would pass for it. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function rangeWords({ first, last }: { first: number; last: number }): string | number {
  return first === last ? first : `${first}-${last}`;
}

/** As {@link ipproto} reads it. */
export function protocolNumber(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : (PROTOCOLS[value] ?? Number(value));
}

/** A protocol above IP by its word, where hairpin knows one. */
export function protocolWord(number: number): string | number {
  return Object.keys(PROTOCOLS).find((name) => PROTOCOLS[name] === number) ?? number;
}
