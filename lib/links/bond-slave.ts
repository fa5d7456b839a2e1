import { oneOf } from '../netlink/codec/one-of.ts';
import { s32, u8, u16 } from '../netlink/codec/scalars.ts';
import { type NewSettings, setting } from './setting.ts';

export const bondSlave = {
  /** Packets of this queue of the bond leave by the slave (`tc` chooses the queue), 1 to the number of queues; 0: none. @default 0 */
  queueId: setting('IFLA_BOND_SLAVE_QUEUE_ID', 5, u16, { kernelDefault: 0 }),
  /**
   * For active-backup, balance-tlb and balance-alb: of the slaves that could be active, the one with the highest value is, by the rule of
   * `primaryReselect`. While the bond's `primary` has a link, the value has no effect (`bond_choose_primary_or_current`, Linux 6.0).
   * @default 0
   */
  prio: setting('IFLA_BOND_SLAVE_PRIO', 9, s32, { kernelDefault: 0, since: '6.0' }),
};

/** `BOND_LINK_UP`, `_FAIL`, `_DOWN` and `_BACK`: what a bond takes the link of a slave for. */
const LINK_STATES = { up: 0, 'going down': 1, down: 2, 'going back': 3 } as const;

/** What a bond says of a slave beside its settings. */
export const bondSlaveStatus = {
  miiStatus: setting('IFLA_BOND_SLAVE_MII_STATUS', 2, oneOf(u8, '', LINK_STATES), { readOnly: true }),
};

/** The settings that a bond keeps for each slave, in the words of `ip link set … type bond_slave` (camel-cased). */
export interface BondSlaveOptions extends NewSettings<typeof bondSlave> {}
