import { s32, u16 } from '../netlink/scalars.ts';
import { setting } from './setting.ts';

/** What a bond has of each of its slaves, in the words of `ip link set … type bond_slave` (camel-cased). */
export interface BondSlaveOptions {
  /** The queue of the bond whose packets leave here, from 1 to its number of queues (`tc` chooses one); 0 for none. @default 0 */
  queueId?: number;
  /**
   * Of active-backup, balance-tlb and balance-alb: of slaves that could be active the one with most is, by the rule of
   * `primaryReselect`. It counts for nothing while the bond's `primary` has a link (`bond_choose_primary_or_current`, Linux 6.0).
   * @default 0
   */
  prio?: number;
}

export const bondSlave = {
  queueId: setting('IFLA_BOND_SLAVE_QUEUE_ID', 5, u16, { kernelDefault: 0 }),
  prio: setting('IFLA_BOND_SLAVE_PRIO', 9, s32, { kernelDefault: 0, since: '6.0' }),
};
