import type { BridgeVlan } from '../netlink/bridge-vlan.ts';

/** The VLANs of a port for a person, those in a row as one: `1 pvid untagged, 100-199`. */
export function vlanWords(vlans: readonly BridgeVlan[]): string {
  const runs: { first: number; last: number; flags: string }[] = [];
  for (const { id, pvid, untagged } of vlans) {
    const flags = `${pvid ? ' pvid' : ''}${untagged ? ' untagged' : ''}`;
    const run = runs.at(-1);
    if (run?.last === id - 1 && run.flags === flags) run.last = id;
    else runs.push({ first: id, last: id, flags });
  }
  const words = runs.map(({ first, last, flags }) => `${first === last ? first : `${first}-${last}`}${flags}`);
  return words.join(', ') || 'none';
}
