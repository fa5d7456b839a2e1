import { engineOf } from '../lab/engines/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import type { NftExpression } from '../netlink/netfilter/nf-expression.ts';
import { listExpressions } from '../netlink/netfilter/nf-tables.ts';
import { askNftables, legacyTablesOf } from '../netlink/netfilter/packet-filters.ts';
import { extensionsIn } from './chance.ts';

/** `NFT_META_CPU`. */
const META_CPU = 20;

/**
 * Why no answer to many probes proves nothing: a packet filter asks by which processor a packet is handled. All probes may have had the same one,
 * since a thread stays where it is for a while. Undefined where none asks.
 */
export function doubtOfProcessors(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const asking = lab.namespaces.find(asksForProcessor);
  return asking && `a packet filter of ${asking} asks for the processor, and another one might have passed the probes`;
}

function asksForProcessor(namespace: Namespace): boolean {
  const { netns } = engineOf(namespace);
  const expressions = askNftables(netns, listExpressions) ?? [];
  return (
    expressions.some(isOfProcessor) ||
    legacyTablesOf(netns).some((table) => extensionsIn(netns, table)?.some(({ name }) => name === 'cpu'))
  );
}

/** `meta cpu` of nftables, and iptables' match `cpu` in a rule of nftables. */
function isOfProcessor({ name, data }: NftExpression): boolean {
  const { key, match } = data as { key?: number; match?: string };
  return name === 'meta' ? key === META_CPU : match === 'cpu';
}
