import { ipsecCounters } from '../kernel/tables/ipsec-counters.ts';
import { enginesOf } from '../lab/engines/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { hasIpsec } from '../netlink/xfrm/ipsec.ts';

/** A reason for which IPsec dropped packets, as the kernel counts them: `InNoStates` of `XfrmInNoStates`. */
export interface IpsecDrop {
  namespace: Namespace;
  counter: string;
}

/**
 * Begins to watch what IPsec drops. Its packets are encrypted, so nobody sees whose they are.
 *
 * @returns what has been counted since; undefined where no namespace of the lab has IPsec
 */
export function watchIpsec({ namespaces }: Lab): (() => IpsecDrop[]) | undefined {
  const all = enginesOf(namespaces).map(({ netns }, at) => ({ namespace: namespaces[at] as Namespace, netns }));
  if (!all.some(({ netns }) => hasIpsec(netns))) return undefined;
  const before = all.map((each) => ({ ...each, counts: ipsecCounters(each.netns) }));
  return () =>
    before.flatMap(({ namespace, netns, counts }) =>
      [...ipsecCounters(netns)]
        .filter(([counter, count]) => count > (counts.get(counter) ?? 0))
        .map(([counter]) => ({ namespace, counter })),
    );
}
