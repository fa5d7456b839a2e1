import { engineOf } from '../lab/engine.ts';
import { type Namespace, UsageError } from '../lab/index.ts';

/** Why a namespace has an address no more that it was given, and what else to do about it than to give it again. */
export function goneBecause(namespace: Namespace, address: string): { why: string; mend?: string } {
  if (engineOf(namespace.lab).addresses.wasDeleted(address)) return { why: `${address} was deleted` };
  if (!address.includes(':')) return { why: `${address} was deleted, or its device` };
  const disabled = disabledIpv6(namespace);
  if (disabled)
    return {
      why: `IPv6 is off: ${disabled} is 1`,
      mend: `${namespace}.sysctl.set('${disabled}', 0), and give it again`,
    };
  // addrconf_ifdown, unless keep_addr_on_down is set.
  return { why: `${address} was deleted, or went when its link went down` };
}

function disabledIpv6({ interfaces, sysctl }: Namespace): string | undefined {
  const names = [
    'net.ipv6.conf.all.disable_ipv6',
    ...interfaces.map(({ name }) => `net/ipv6/conf/${name}/disable_ipv6`),
  ];
  return names.find((name) => {
    try {
      return sysctl.get(name) === '1';
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  });
}
