import { isVisible } from '../../base/visible-text.ts';
import type { WholeNamespace } from '../lab-state.ts';
import { printf, quote } from './shell-words.ts';

/** Loads the ruleset of nftables, which the script has as a here-document. */
export function nftablesLines({ name, ...namespace }: WholeNamespace): string[] {
  const nftables = loadableRuleset(namespace);
  if (nftables === '') return [];
  const load = `ip netns exec ${quote(name)} nft -f -`;
  if (!isVisible(nftables)) return [`${printf(nftables)} | ${load}`];
  const end = endFor(nftables);
  return [`${load} <<'${end}'`, nftables, end];
}

/** The tables that `nft` can load again. */
export function loadableRuleset({ nftables }: Ruleset): string {
  const tables = tablesOf(nftables);
  const loadable = tables.filter(isLoadable);
  return loadable.length === tables.length ? nftables : loadable.join('\n');
}

/** What of the packet filters a script cannot say, and why. */
export function filtersLeftOut({
  name,
  nftables,
  filters,
}: Ruleset & Pick<WholeNamespace, 'name' | 'filters'>): string[] {
  const isUnread = nftables === '' && filters.nftables.length > 0;
  const others = tablesOf(nftables).filter((table) => !isLoadable(table));
  return [
    ...(isUnread ? [`the ruleset of nftables of ${name}: nft is not installed, or could not list it`] : []),
    ...others.map((table) => `the ${nameOf(table)} of ${name}: it has extensions of iptables, which nft cannot load`),
    ...filters.legacy.map(
      (family) => `the tables of ${family === 'ip' ? 'iptables' : `${family}tables`}-legacy of ${name}`,
    ),
    ...(filters.ipvs ? [`the services of IPVS of ${name} (ipvsadm)`] : []),
  ];
}

type Ruleset = Pick<WholeNamespace, 'nftables'>;

function tablesOf(nftables: string): string[] {
  return nftables.match(/^(?:#.*\n)?table .* \{\n(?:(?!\}).*\n)*\}$/gm) ?? [];
}

function nameOf(table: string): string {
  return /^table .*(?= \{$)/m.exec(table)?.[0] ?? table;
}

/** `nft` lists what iptables-nft has of its own (`xt match string`), and refuses to load that (`xt_stmt_print`). */
function isLoadable(table: string): boolean {
  return !/\sxt (match|target|watcher) /.test(table.replaceAll(/"[^"]*"/g, '""'));
}

/** A line that the text does not have. */
function endFor(text: string): string {
  let end = 'RULESET';
  while (text.split('\n').includes(end)) end += '_';
  return end;
}
