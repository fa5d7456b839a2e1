import type { Namespace } from 'hairpin';

/** How many packets each counter of a chain has counted, in the order of its rules: in nft's own words. */
export async function counted(namespace: Namespace, chain: string): Promise<number[]> {
  const { stdout } = await namespace.exec('nft', ['list', 'chain', ...chain.split(' ')]);
  return [...stdout.matchAll(/counter packets (\d+)/g)].map(([, packets]) => Number(packets));
}
