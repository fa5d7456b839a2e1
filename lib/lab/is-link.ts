import type { Lower } from '../links/link-description.ts';
import type { LinkKind } from '../links/link-kind.ts';
import type { Settings } from '../links/setting.ts';
import type { LinkOf } from './making/link-options.ts';

/**
 * Whether an interface is of a kind or a variant of the kind: a macvtap is a macvlan, too.
 *
 * @example const tunnel = ns1.interface('gnv0'); if (isLink(tunnel, geneve)) console.log(tunnel.id);
 */
export function isLink<K extends string, S extends Settings, L extends Lower>(
  device: { readonly kind?: string } | undefined,
  kind: LinkKind<K, S, L>,
): device is LinkOf<LinkKind<K, S, L>> {
  return device !== undefined && kind.is(device);
}
