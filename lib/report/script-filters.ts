import type { WholeNamespace } from './lab-state.ts';
import { quote } from './shell-words.ts';

/** Loads the ruleset of nftables, which the script has as a here-document. */
export function nftablesLines({ name, nftables }: WholeNamespace): string[] {
  if (nftables === '') return [];
  const end = endFor(nftables);
  return [`ip netns exec ${quote(name)} nft -f - <<'${end}'`, nftables, end];
}

/** A line that the text does not have. */
function endFor(text: string): string {
  let end = 'RULESET';
  while (text.split('\n').includes(end)) end += '_';
  return end;
}
