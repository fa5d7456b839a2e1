import { unlessError } from '../base/has-code.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { type Namespace, UsageError } from '../lab/index.ts';

/** Whether a namespace passes packets on. */
export function forwards({ role, sysctl }: Namespace): boolean {
  if (role === 'router') return true;
  // A switch has no IPv6; a kernel may have none.
  return ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'].some(
    (name) => unlessError(UsageError, () => sysctl.get(name)) === '1',
  );
}

/** Whether a namespace sends packets by its routes: each host does, and a switch that is also a router (`ip_forward`). */
export function usesRoutes(namespace: Namespace): boolean {
  const { lab, role, sysctl } = namespace;
  if (role !== 'switch') return true;
  const isWanted = [...sysctl.written].some((name) => /\bip_forward$|forwarding$/.test(name));
  return (isWanted || !engineOf(lab).isPristine) && forwards(namespace);
}
