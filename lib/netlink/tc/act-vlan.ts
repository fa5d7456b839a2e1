import { oneOf } from '../codec/one-of.ts';
import { be16, mac, s32, u8, u16 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';
import { ETHER_TYPES } from '../ether-types.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import type { Control } from './tc-control.ts';

/** Changes the VLAN tag, or the Ethernet header, of packets: one of these. */
export interface VlanAction {
  /** Put a tag in front. */
  push?: VlanTag;
  /** Change the outer tag. */
  modify?: VlanTag;
  /** Take the outer tag off. */
  pop?: true;
  /** Put an Ethernet header in front of a packet that has none, or take it off. */
  pushEth?: { dstMac: string; srcMac: string };
  popEth?: true;
  /** @default 'pipe' */
  control?: Control;
}

interface VlanTag {
  /** 0 to 4095. */
  id: number;
  /** @default '802.1Q' */
  protocol?: '802.1Q' | '802.1ad';
  /** 0 to 7. @default 0; of `modify` that of the tag */
  priority?: number;
}

/** `TCA_VLAN_ACT_*`. */
const VERBS = { pop: 1, push: 2, modify: 3, pop_eth: 4, push_eth: 5 } as const;
const { '802.1Q': customer, '802.1ad': service } = ETHER_TYPES;

export const vlanAction: ActionKind<VlanAction> = {
  table: actionTable(
    'TCA_VLAN',
    { time: 1, padding: 5 },
    {
      parameters: attribute('TCA_VLAN_PARMS', 2, parameters('tc_vlan', { verb: oneOf(s32, 'TCA_VLAN_ACT_', VERBS) })),
      id: attribute('TCA_VLAN_PUSH_VLAN_ID', 3, u16),
      protocol: attribute(
        'TCA_VLAN_PUSH_VLAN_PROTOCOL',
        4,
        oneOf(be16, '', { '802.1Q': customer, '802.1ad': service }),
      ),
      priority: attribute('TCA_VLAN_PUSH_VLAN_PRIORITY', 6, u8),
      dstMac: attribute('TCA_VLAN_PUSH_ETH_DST', 7, mac),
      srcMac: attribute('TCA_VLAN_PUSH_ETH_SRC', 8, mac),
    },
  ),
  write: ({ push, modify, pop, pushEth, control = 'pipe' }) => ({
    parameters: {
      control,
      verb: push ? 'push' : modify ? 'modify' : pushEth ? 'push_eth' : pop ? 'pop' : 'pop_eth',
    },
    ...{ ...push, ...modify, ...pushEth },
  }),
  read: ({ verb, id, protocol, priority, dstMac, srcMac, control }) => {
    const after = control === 'pipe' ? {} : { control: control as Control };
    const tag = { id, protocol, ...(priority === undefined ? {} : { priority }) } as VlanTag;
    if (verb === 'push') return { push: tag, ...after };
    if (verb === 'modify') return { modify: tag, ...after };
    if (verb === 'push_eth') return { pushEth: { dstMac, srcMac } as { dstMac: string; srcMac: string }, ...after };
    if (verb === 'pop') return { pop: true, ...after };
    return verb === 'pop_eth' ? { popEth: true, ...after } : undefined;
  },
  words: ({ push, modify, pop, pushEth, control }) => {
    const tag = push ?? modify;
    return [
      ...['vlan', push ? 'push' : modify ? 'modify' : pushEth ? 'push_eth' : pop ? 'pop' : 'pop_eth'],
      ...(tag?.protocol === undefined ? [] : ['protocol', tag.protocol]),
      ...(tag?.priority === undefined ? [] : ['priority', String(tag.priority)]),
      ...(tag ? ['id', String(tag.id)] : []),
      ...(pushEth ? ['dst_mac', pushEth.dstMac, 'src_mac', pushEth.srcMac] : []),
      ...controlWords(control),
    ];
  },
};
