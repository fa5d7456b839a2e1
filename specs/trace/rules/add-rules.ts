import type { Namespace } from 'hairpin';

/** Puts a base chain (`ip filter in { type … }`) into a namespace, with rules, and an empty chain `strangers`. */
export async function addRules(namespace: Namespace, place: string, rules: readonly string[]): Promise<void> {
  const [family, table, chain] = place.split(' ');
  const commands = [
    `add table ${family} ${table}`,
    `add chain ${place}`,
    ...(rules.some((rule) => rule.endsWith('jump strangers')) ? [`add chain ${family} ${table} strangers`] : []),
    ...rules.map((rule) => `add rule ${family} ${table} ${chain} ${rule}`),
  ];
  await namespace.exec('nft', [commands.join('; ')]);
}
