import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, unknown, type Verdict } from './prediction.ts';

/** What becomes of a packet that is longer than the MTU; undefined for one that is not. */
export function exceedsMtu(egress: Device, frame: Frame, mtu: number, where: string): Verdict | undefined {
  if (frame.length <= mtu) return undefined;
  if (frame.mayFragment) return unknown(`${egress.namespace} fragments the packet`);
  const facts = { device: egress.name, mtu, length: frame.length, where: { is: 'router' } } as const;
  return drop({ code: 'link.mtu', facts }, where, { reason: 'SKB_DROP_REASON_PKT_TOO_BIG' });
}
