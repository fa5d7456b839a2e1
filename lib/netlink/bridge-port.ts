import { AF_BRIDGE } from '../kernel/constants.ts';
import { body } from './body.ts';
import { Family } from './family.ts';
import { linkHeader } from './link.ts';
import { portKind } from './link-kind.ts';
import { oneOf } from './one-of.ts';
import { bool, u8, u16, u32 } from './scalars.ts';
import { attribute, table } from './table.ts';
import { flat } from './type.ts';

const STATES = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const;
export type BridgePortState = keyof typeof STATES;
export const BRIDGE_PORT_STATES = Object.keys(STATES) as BridgePortState[];

/** The settings of a bridge's port, in the words of `bridge link set` (camel-cased). */
export const bridgePort = portKind('bridge', {
  hairpin: attribute('IFLA_BRPORT_MODE', 4, bool(u8)),
  guard: attribute('IFLA_BRPORT_GUARD', 5, bool(u8)),
  learning: attribute('IFLA_BRPORT_LEARNING', 8, bool(u8)),
  flood: attribute('IFLA_BRPORT_UNICAST_FLOOD', 9, bool(u8)),
  mcastFlood: attribute('IFLA_BRPORT_MCAST_FLOOD', 27, bool(u8)),
  bcastFlood: attribute('IFLA_BRPORT_BCAST_FLOOD', 30, bool(u8)),
  isolated: attribute('IFLA_BRPORT_ISOLATED', 33, bool(u8)),
  locked: attribute('IFLA_BRPORT_LOCKED', 39, bool(u8)),
  proxyArp: attribute('IFLA_BRPORT_PROXYARP', 10, bool(u8)),
  proxyArpWifi: attribute('IFLA_BRPORT_PROXYARP_WIFI', 12, bool(u8)),
  groupFwdMask: attribute('IFLA_BRPORT_GROUP_FWD_MASK', 31, u16),
  neighSuppress: attribute('IFLA_BRPORT_NEIGH_SUPPRESS', 32, bool(u8)),
  state: attribute('IFLA_BRPORT_STATE', 1, oneOf(u8, 'BR_STATE_', STATES)),
  cost: attribute('IFLA_BRPORT_COST', 3, u32),
  priority: attribute('IFLA_BRPORT_PRIORITY', 2, u16),
});

/**
 * The ports of bridges. The kernel goes through the settings one by one, the flags before the state, and stops at the one
 * that it refuses (`br_setport`). They are read with the links: {@link ipLink}.
 */
export const bridgeLink = new Family({
  command: ['bridge', 'link'],
  messages: ['LINK', 16],
  changes: 'set',
  body: body(linkHeader, table({ settings: attribute('IFLA_PROTINFO', 12, flat(bridgePort.table)) })),
  complete: (said) => ({ ...said, family: AF_BRIDGE }),
  verbs: { change: 'set' },
  words: ({ index = 0 }, names, rest) => ['dev', names.device(index), ...rest],
});
