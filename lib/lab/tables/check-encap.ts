import { show, UsageError, wrongOption } from '../../base/validate.ts';
import type { Encap } from '../../netlink/routing/lwtunnel.ts';
import { type Seg6Local, TAKEN_BY_ACTION } from '../../netlink/routing/seg6local.ts';

/** What each encapsulation has to say. */
const NEEDED_BY_ENCAP: Record<keyof Encap, readonly string[]> = {
  ...{ mpls: [], ip: ['dst'], ip6: ['dst'], seg6: ['mode', 'segs'], seg6local: ['action'] },
};

/** The values have been checked, but not which of them there are. @throws UsageError */
export function checkEncap(call: string, encap: Encap | undefined): void {
  if (encap === undefined) return;
  const [given, ...others] = Object.entries(encap).filter(([, value]) => value !== undefined);
  if (!given || others.length > 0 || Array.isArray(encap))
    throw wrongOption(call, 'encap', 'an object with one of mpls, ip, ip6, seg6 and seg6local', encap);
  const [name, value] = given as [keyof Encap, Record<string, unknown>];
  const missing = NEEDED_BY_ENCAP[name].filter((each) => value[each] === undefined);
  if (missing.length > 0)
    throw new UsageError(`${call}: ${name} of encap must have ${missing.join(' and ')}: received ${show(value)}`);
  if (encap.seg6local) checkSeg6Local(call, encap.seg6local);
}

/** The kernel passes over what an action does not take (`parse_nla_action`). */
function checkSeg6Local(call: string, options: Seg6Local): void {
  const { needs, takes } = TAKEN_BY_ACTION[options.action];
  const missing = needs.filter((name) => options[name] === undefined);
  if (missing.length > 0) throw new UsageError(`${call}: ${options.action} must have ${missing.join(' and ')}`);
  const known: readonly string[] = ['action', 'count', ...needs, ...takes];
  const stray = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name));
  if (stray)
    throw new UsageError(`${call}: ${options.action} takes ${known.slice(1).join(', ')}: received ${stray[0]}`);
  const lengths = options.lblen ?? options.nflen;
  if (lengths !== undefined && !options.flavors?.includes('next-csid'))
    throw new UsageError(`${call}: lblen and nflen belong to flavors: ['next-csid']`);
  // seg6_end_dt6_build
  if (options.action === 'End.DT6' && (options.table === undefined) === (options.vrftable === undefined))
    throw new UsageError(`${call}: End.DT6 must have either table or vrftable`);
}
