import { outputOf } from '../lab/exec.ts';
import type { Namespace } from '../lab/index.ts';
import { areChanged } from '../netlink/rule.ts';
import type { NamespaceState } from '../state/network-state.ts';
import type { NamespaceSnapshot } from './lab-snapshot.ts';

const FAMILIES = [4, 6] as const;

/** What programs alone make in a namespace, never hairpin: rules, proxies, queueing disciplines. */
export function snapshotByOthers(
  namespace: Namespace,
  state: NamespaceState,
  named: (device: number) => string,
): Pick<NamespaceSnapshot, 'rules' | 'proxies' | 'qdiscs'> {
  const rulesOf = (family: 4 | 6) => state.rules.filter((rule) => rule.family === family);
  const rules = FAMILIES.filter((family) => areChanged(rulesOf(family), family)).flatMap((family) => {
    const lines = outputOf(namespace, 'ip', [`-${family}`, 'rule', 'show'])
      .split('\n')
      .filter(Boolean);
    return lines.length > 0 ? [{ family, lines: lines.map((line) => line.trim().replace(/\s+/g, ' ')) }] : [];
  });
  const { proxies } = state;
  const qdiscs = state.qdiscs.filter(({ isGiven }) => isGiven);
  return {
    ...(rules.length > 0 ? { rules } : {}),
    ...(proxies.length > 0 ? { proxies: proxies.map((each) => ({ to: each.to, dev: named(each.device) })) } : {}),
    ...(qdiscs.length > 0 ? { qdiscs: qdiscs.map((each) => ({ dev: named(each.device), kind: each.kind })) } : {}),
  };
}
