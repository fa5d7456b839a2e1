import { linkKind } from '../netlink/link-kind.ts';
import { oneOf } from '../netlink/one-of.ts';
import { be16, u16 } from '../netlink/scalars.ts';
import { attribute } from '../netlink/table.ts';

/** Tag protocol identifiers: customer and service tags (IEEE 802.1Q-2018 table 9-1). */
export const VLAN_PROTOCOL_NUMBERS = { '802.1Q': 0x8100, '802.1ad': 0x88a8 } as const;
export type VlanProtocol = keyof typeof VLAN_PROTOCOL_NUMBERS;
export const VLAN_PROTOCOLS = Object.keys(VLAN_PROTOCOL_NUMBERS) as VlanProtocol[];

export const vlanKind = linkKind(['vlan'], {
  protocol: attribute('IFLA_VLAN_PROTOCOL', 5, oneOf(be16, '', VLAN_PROTOCOL_NUMBERS, '802.1Q'), { absent: '802.1Q' }),
  id: attribute('IFLA_VLAN_ID', 1, u16, { absent: 0 }),
});
