import { show, UsageError } from '../../base/validate.ts';
import type { Mirred } from '../../netlink/tc/act-mirred.ts';
import { ACTION_KINDS, type TcActionOptions } from '../../netlink/tc/tc-actions.ts';
import { familyOf } from '../../wire/ip-address.ts';

/** What each kind must have beside what the types of its values say: undefined for nothing missing, else the rule. */
const RULES: { readonly [K in keyof TcActionOptions<string>]-?: (options: Given<K>) => string | undefined } = {
  gact: ({ control, random }) => {
    if (control === undefined) return "control, such as 'drop'";
    return random && (random.type && random.control && random.val) === undefined
      ? 'random with type, control and val'
      : undefined;
  },
  mirred: (options) => mirredRule(options),
  vlan: ({ control: _, ...verbs }) => {
    const one = exactlyOne(verbs, ['push', 'modify', 'pop', 'pushEth', 'popEth']);
    if (one) return one;
    const tag = verbs.push ?? verbs.modify;
    if (tag && tag.id === undefined) return 'id, the VLAN of the tag';
    const { pushEth } = verbs;
    return pushEth && (pushEth.dstMac && pushEth.srcMac) === undefined ? 'pushEth with dstMac and srcMac' : undefined;
  },
  skbedit: ({ control: _, ...changes }) =>
    Object.values(changes).some((value) => value !== undefined && (value as unknown) !== false)
      ? undefined
      : 'one at least of mark, priority, queueMapping, ptype, inheritdsfield',
  csum: ({ update }) => (update === undefined || update.length === 0 ? "update, such as ['ip4h', 'udp']" : undefined),
  tunnelKey: ({ control: _, ...verbs }) => {
    const { set } = verbs;
    const one = exactlyOne(verbs, ['set', 'unset']);
    if (one || !set) return one;
    if (set.srcIp === undefined || set.dstIp === undefined) return 'set with srcIp and dstIp';
    return familyOf(set.srcIp) === familyOf(set.dstIp) ? undefined : 'srcIp and dstIp of one version of IP';
  },
  ct: ({ commit, force, clear, mark, nat = {}, control: _, ...rest }) => {
    const others = [commit, force, mark, ...Object.values(nat), ...Object.values(rest)].filter(Boolean);
    if (clear && others.length > 0) return 'clear alone';
    if (nat.src !== undefined && nat.dst !== undefined) return 'one of src and dst in nat';
    if (nat.port !== undefined && (nat.src ?? nat.dst) === undefined) return 'src or dst beside port in nat';
    const needing = Object.entries({ force, mark, 'nat with src or dst': nat.src ?? nat.dst }).find(([, each]) => each);
    // What is said of a connection is said as it is kept (tcf_ct_act).
    return needing && !commit ? `commit beside ${needing[0]}` : undefined;
  },
};

type Given<K extends keyof TcActionOptions<string>> = NonNullable<TcActionOptions<string>[K]>;

/** The values have been checked, but not which of them there are. @throws UsageError */
export function checkActions(call: string, actions: readonly TcActionOptions<string>[]): void {
  for (const action of actions) {
    const [name, another] = ACTION_KINDS.filter((each) => action[each] !== undefined);
    if (!name || another)
      throw new UsageError(`${call}: an action has one of ${ACTION_KINDS.join(', ')}: received ${show(action)}`);
    const options = action[name];
    const missing = (RULES[name] as (options: unknown) => string | undefined)(options);
    if (missing) throw new UsageError(`${call}: ${name} must have ${missing}: received ${show(options)}`);
  }
}

function mirredRule({ egress, ingress, dev, control }: Mirred<string>): string | undefined {
  const one = exactlyOne({ egress, ingress }, ['egress', 'ingress']);
  if (one) return `${one}, 'redirect' or 'mirror'`;
  if (dev === undefined) return 'dev, the interface that gets the packets';
  // A packet that was redirected is gone (tcf_mirred_act).
  return control !== undefined && (egress ?? ingress) === 'redirect' ? 'no control for a redirection' : undefined;
}

function exactlyOne(options: object, names: readonly string[]): string | undefined {
  const given = names.filter((name) => (options as Record<string, unknown>)[name]);
  return given.length === 1 ? undefined : `one of ${names.join(', ')}`;
}
