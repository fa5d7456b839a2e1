import { linkKind } from '../netlink/link-kind.ts';
import { oneOf } from '../netlink/one-of.ts';
import { u16 } from '../netlink/scalars.ts';
import { attribute } from '../netlink/table.ts';

const MODES = { l2: 0, l3: 1, l3s: 2 } as const;
/** `IPVLAN_F_*`; bridge is neither of the two. */
const FLAGS = { bridge: 0, private: 1, vepa: 2 } as const;
export type IpvlanMode = keyof typeof MODES;
export type IpvlanFlag = keyof typeof FLAGS;
export const IPVLAN_MODES = Object.keys(MODES) as IpvlanMode[];
export const IPVLAN_FLAGS = Object.keys(FLAGS) as IpvlanFlag[];

/** The settings of an ipvlan: those of its parent's port, and so of all ipvlans on it. */
export const ipvlanKind = linkKind(['ipvlan', 'ipvtap'], {
  mode: attribute('IFLA_IPVLAN_MODE', 1, oneOf(u16, 'IPVLAN_MODE_', MODES), { absent: 'l3' }),
  flag: attribute('IFLA_IPVLAN_FLAGS', 2, oneOf(u16, '', FLAGS), { word: '', absent: 'bridge' }),
});
