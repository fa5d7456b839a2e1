import { bool, s32, u8, u32 } from '../netlink/codec/scalars.ts';
import { type NewSettings, setting } from './setting.ts';

const DATA = ['TEAM_ATTR_OPTION_DATA', 4] as const;
const apart = { apart: true } as const;

export const teamPort = {
  /** It sends and receives; without it the team passes over the port (`team_port_disable`). @default true */
  enabled: setting(...DATA, bool(u8), { ...apart, kernelDefault: true }),
  /** Whether the port has a link, in place of its carrier, if `userLinkupEnabled`. @default false */
  userLinkup: setting(...DATA, bool(u8), apart),
  /** `userLinkup` counts (`__team_port_change_send`). @default false */
  userLinkupEnabled: setting(...DATA, bool(u8), apart),
  /** Of the ports of one queue, the port with the highest value sends; `teamd` chooses by it, too. @default 0 */
  priority: setting(...DATA, s32, { ...apart, kernelDefault: 0 }),
  /** Packets of this queue of the team leave by the port (`tc` chooses the queue); 0: none. @default 0 */
  queueId: setting(...DATA, u32, { ...apart, kernelDefault: 0 }),
};

/** The settings that a team keeps for each port, in the words of `teamnl … setoption --port=…` (camel-cased). */
export interface TeamPortOptions extends NewSettings<typeof teamPort> {}
