import { checkOptions, UsageError } from '../../base/validate.ts';
import { checkUsers } from '../../kernel/namespaces/user-namespace.ts';
import { dividesProbes, ipRule, type RuleAction, type RuleConfig } from '../../netlink/routing/rule.ts';
import { checkOptionValues } from '../../state/entries/fields.ts';
import {
  parseMark,
  parseRange,
  protocolNumber,
  type RuleEntry,
  type RuleType,
  ruleEntry,
} from '../../state/entries/rule-entry.ts';
import { type Family, parsePrefix } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { refuseIgnoredRealms } from './refuse-ignored-route.ts';

/** A routing policy rule to add or delete, in the words of `ip rule` (camel-cased). */
export interface RuleOptions {
  /** The family, for a rule without `from` and `to`. @default 4 */
  family?: Family;
  /** The kernel tries rules in this order. @default one before the first rule that was added */
  priority?: number;
  /** It matches all packets that the other options do not match. @default false */
  not?: boolean;
  /** The network or address that it matches. @default all */
  from?: string;
  to?: string;
  /** The device that a packet came in by, and the one that its socket is bound to. `lo`: the namespace itself sends it. */
  iif?: Interface | string;
  oif?: Interface | string;
  /** A mark, or a mark and the bits of it that count: `'0x1/0xff'`. */
  fwmark?: number | string;
  tos?: number;
  /** A protocol above IP: `tcp`, or its number. */
  ipproto?: number | string;
  /** A port, or a range: `'8000-8080'`. */
  sport?: number | string;
  dport?: number | string;
  uidrange?: number | string;
  /** The identifier (VNI or key) that a tunnel with `external` has read from the packet, from 1. Other packets do not match. */
  tunId?: number;
  /** The table of the VRF that a packet belongs to. */
  l3mdev?: boolean;
  /** The table that packets are looked up in. */
  table?: number | 'main' | 'local' | 'default';
  /** The priority of the rule to go on with. */
  goto?: number;
  /** @default as `table`, `l3mdev` and `goto` say */
  type?: Exclude<RuleType, `${number}`>;
  /** Skips routes of `table` with a prefix of this length or less. */
  suppressPrefixlength?: number;
  /** Skips routes whose device is in this group, from 0. */
  suppressIfgroup?: number;
  /** The realms of its packets, for IPv4: `'1/2'` is from realm 1 to realm 2, `'2'` is to realm 2 (`CONFIG_IP_ROUTE_CLASSID`). */
  realms?: string;
  /** The protocol that added it: `static`, `bgp`, or a number. @default 'unspec' */
  proto?: RuleEntry['proto'];
}

const OPTIONS = Object.keys(ruleEntry.fields);

/** The routing policy of a namespace, as `ip rule` has it. */
export class RuleTable {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds a rule.
   *
   * @throws UsageError for a wrong option; KernelError `EEXIST` when there is such a rule
   * @example r.rule.add({ from: '10.1.0.0/16', table: 100 })
   * @example r.rule.add({ fwmark: '0x1/0xff', type: 'prohibit', priority: 50 })
   */
  add(options: RuleOptions): void {
    change(`${this.#namespace}.rule.add`, this.#namespace, [options], (call) => {
      const rule = this.#parse(call, options);
      if (!rule.action) throw new UsageError(`${call}: a rule takes table, goto, l3mdev, or a type such as prohibit`);
      if (rule.uidrange) checkUsers(call, 'uidrange', rule.uidrange);
      engineOf(this.#namespace).rtnetlink.change(ipRule.add(rule, { EEXIST: 'there is such a rule already' }));
      if (dividesProbes(rule)) engineOf(this.#namespace.lab).visits.addFault();
    });
  }

  /** Deletes the first rule with all these options. @throws KernelError `ENOENT` when there is none */
  delete(options: RuleOptions): void {
    change(`${this.#namespace}.rule.delete`, this.#namespace, [options], (call) => {
      const { action, ...rule } = this.#parse(call, options);
      const causes = { ENOENT: 'there is no such rule' };
      // Without an action any will do (rule_find).
      engineOf(this.#namespace).rtnetlink.change(ipRule.delete({ ...rule, action: action ?? '0' }, causes));
    });
  }

  /** The rules that the kernel has now, IPv4 first, in the order in which it tries them. */
  list(filter: { family?: Family } = {}): RuleEntry[] {
    const call = `${this.#namespace}.rule.list`;
    ask(call, this.#namespace);
    checkOptions(call, filter, ['family']);
    const { family } = checkOptionValues(call, { family: ruleEntry.fields.family }, filter);
    return ruleEntry.list(engineOf(this.#namespace)).filter((rule) => family === undefined || rule.family === family);
  }

  #parse(call: string, options: RuleOptions): RuleConfig {
    checkOptions(call, options, OPTIONS);
    const named = { ...options, ...nameOf('iif', options.iif), ...nameOf('oif', options.oif) };
    const checked = checkOptionValues(call, ruleEntry.fields, named);
    const { priority, not = false, iif, oif, tos = 0, l3mdev = false, goto, table, proto, realms, tunId } = checked;
    const { suppressPrefixlength, suppressIfgroup, fwmark, ipproto, sport, dport, uidrange } = checked;
    const [from, to] = [checked.from, checked.to].map((net) => (net === undefined ? undefined : parsePrefix(net)));
    const family = familyOf(call, options.family, [from?.family, to?.family]);
    if (realms !== undefined && family === 6)
      throw new UsageError(`${call}: realms belong to rules of IPv4 (fib6_rule_configure): received ${realms}`);
    if (realms !== undefined) refuseIgnoredRealms(call);
    return {
      ...{ family, priority, not, from, to, tos, l3mdev, goto, suppressPrefixlength, suppressIfgroup, realms, tunId },
      ...{ iif: iif as string | undefined, oif: oif as string | undefined, table: table as number | undefined },
      ...{ ...parseMark(fwmark), ipproto: protocolNumber(ipproto), protocol: proto ?? 'unspec' },
      ...{ sport: parseRange(sport), dport: parseRange(dport), uidrange: parseRange(uidrange) },
      ...actionOf(call, options),
    };
  }
}

function nameOf(name: 'iif' | 'oif', device: Interface | string | undefined): object {
  return device === undefined ? {} : { [name]: device instanceof Interface ? device.name : device };
}

function familyOf(call: string, family: Family | undefined, ofNets: readonly (Family | undefined)[]): Family {
  const families = new Set([family, ...ofNets].filter((each) => each !== undefined));
  const [first = 4, other] = families;
  if (other !== undefined) throw new UsageError(`${call}: family, from and to must be of one version of IP`);
  return first;
}

/** What becomes of a packet; one thing alone. */
function actionOf(call: string, { type, table, goto, l3mdev }: RuleOptions): { action?: RuleAction } {
  const told = [
    ...(table === undefined && !l3mdev ? [] : ['lookup']),
    ...(goto === undefined ? [] : ['goto']),
    ...(type === undefined ? [] : [type]),
  ];
  const [first, ...others] = new Set(told);
  if (others.length > 0 || (table !== undefined && l3mdev))
    throw new UsageError(`${call}: a rule takes one of table, goto, l3mdev and type, or a type that says the same`);
  if (first === undefined) return {};
  return { action: first === 'lookup' ? 'to_tbl' : (first as RuleAction) };
}
