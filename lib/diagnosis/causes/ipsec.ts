import type { Cause } from '../../model/cause.ts';
import type { IpsecDrop } from '../ipsec-drops.ts';

/** What it means that IPsec dropped packets for one reason (linux/snmp.h). Undefined for several reasons: which is the packet's? */
export function ipsecCause(drops: readonly IpsecDrop[]): Cause | undefined {
  const [drop, another] = drops;
  if (!drop || another) return undefined;
  const { namespace, counter } = drop;
  const facts = { namespace: namespace.name, counter };
  if (counter.endsWith('NoStates')) return { code: 'ipsec.no-state', facts };
  if (/State/.test(counter)) return { code: 'ipsec.state', facts };
  return /Pol|Tmpl/.test(counter) ? { code: 'ipsec.policy', facts } : undefined;
}
