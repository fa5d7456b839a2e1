import { outputOf } from '../lab/exec.ts';
import type { Namespace } from '../lab/index.ts';
import { ipNeighbour } from '../netlink/neighbour.ts';
import { tcQdisc } from '../netlink/qdisc.ts';
import type { NamespaceSnapshot } from './lab-snapshot.ts';

const FAMILIES = [4, 6] as const;

/** What programs alone make in a namespace, never hairpin: rules, proxies, queueing disciplines. */
export function snapshotByOthers(
  namespace: Namespace,
  names: ReadonlyMap<number, string>,
): Pick<NamespaceSnapshot, 'rules' | 'proxies' | 'qdiscs'> {
  if (namespace.lab.isPristine) return {};
  const { rtnetlink, route } = namespace;
  const named = ({ device }: { device: number }) => names.get(device) ?? '';
  const rules = FAMILIES.filter((family) => route.hasRules(family)).flatMap((family) => {
    const lines = outputOf(namespace, 'ip', [`-${family}`, 'rule', 'show'])
      .split('\n')
      .filter(Boolean);
    return lines.length > 0 ? [{ family, lines: lines.map((line) => line.trim().replace(/\s+/g, ' ')) }] : [];
  });
  const proxies = rtnetlink.list(ipNeighbour.all({ proxy: true }));
  const qdiscs = rtnetlink.list(tcQdisc.all()).filter(({ isGiven }) => isGiven);
  return {
    ...(rules.length > 0 ? { rules } : {}),
    ...(proxies.length > 0 ? { proxies: proxies.map((each) => ({ to: each.to, dev: named(each) })) } : {}),
    ...(qdiscs.length > 0 ? { qdiscs: qdiscs.map((each) => ({ dev: named(each), kind: each.kind })) } : {}),
  };
}
