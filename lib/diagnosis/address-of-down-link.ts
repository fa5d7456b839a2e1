import { deviceWith } from '../lab/device-at.ts';
import type { Hop } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { hopsOf } from '../trace/path.ts';
import { familyOf } from '../wire/ip-address.ts';

/**
 * What to do where a host answers for an IPv4 address of a link that is down. Its local route stays, since its next hop has the
 * scope `RT_SCOPE_NOWHERE` (`fib_sync_down_dev`). An IPv6 address goes with its link (`addrconf_ifdown`).
 */
export function mendAddressOfDownLink(path: Hop, address: string): string | undefined {
  if (familyOf(address) !== 4) return undefined;
  for (const { frame, next } of hopsOf(path)) {
    const { at, direction } = frame;
    const owner = direction === 'in' && next.length === 0 ? deviceWith(at.namespace, address) : undefined;
    if (!owner || owner === at || stateIfThere(owner)?.up !== false) continue;
    return `${owner} is down, but its address ${address} stays, and ${at.namespace.name} answers for it at ${at}: delete the address as well`;
  }
  return undefined;
}
