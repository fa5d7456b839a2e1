import { bit, maskedBits } from '../netlink/codec/bits.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { be16, range, u16, u32 } from '../netlink/codec/scalars.ts';
import { flat } from '../netlink/codec/type.ts';
import { VLAN_PROTOCOL_NUMBERS } from '../wire/vlan-tag.ts';
import { describeLink } from './describe-link.ts';
import { egressQosMap, ingressQosMap } from './qos-map.ts';
import { liveFrom, setting } from './setting.ts';

/** 4095 is reserved (IEEE 802.1Q-2018 table 9-2). */
const HIGHEST_ID = 4094;

/** What it sends leaves by the device below with a tag, and what comes in there with that tag is its own (net/8021q). */
export const vlan = describeLink('vlan', {
  option: 'VLAN_8021Q',
  module: '8021q',
  trial: { id: 1 },
  lower: 'interface',
  // vlan_device_event
  downWithLower: true,
  staysUp: ({ looseBinding }) => looseBinding,
  settings: {
    /** `802.1ad`: a service tag, as the outer one of two. @default '802.1Q' */
    protocol: setting('IFLA_VLAN_PROTOCOL', 5, oneOf(be16, '', VLAN_PROTOCOL_NUMBERS, '802.1Q'), {
      ifAbsent: '802.1Q',
      default: '802.1Q',
    }),
    /** 0 to 4094. */
    id: setting('IFLA_VLAN_ID', 1, range(u16, 0, HIGHEST_ID), { ifAbsent: 0, required: true }),
    flags: setting(
      'IFLA_VLAN_FLAGS',
      2,
      flat(
        maskedBits(u32, {
          reorderHdr: onOffBit('VLAN_FLAG_REORDER_HDR', 0x1, 'reorder_hdr'),
          gvrp: onOffBit('VLAN_FLAG_GVRP', 0x2, 'gvrp'),
          looseBinding: onOffBit('VLAN_FLAG_LOOSE_BINDING', 0x4, 'loose_binding'),
          mvrp: onOffBit('VLAN_FLAG_MVRP', 0x8, 'mvrp'),
          bridgeBinding: onOffBit('VLAN_FLAG_BRIDGE_BINDING', 0x10, 'bridge_binding'),
        }),
      ),
      {
        word: '',
        each: {
          /** Programs on the device see frames without their tag. @default true */
          reorderHdr: liveFrom(true),
          /** It registers the VLAN at switches by GVRP (802.1Q-2005; `CONFIG_VLAN_8021Q_GVRP`). @default false */
          gvrp: { live: true },
          /** The same by MVRP (802.1Q-2011; `CONFIG_VLAN_8021Q_MVRP`). @default false */
          mvrp: { live: true },
          /** It stays up when the parent goes down. @default false */
          looseBinding: { live: true },
          /** For a VLAN of a bridge: it has a carrier while a port in the VLAN has one (`br_vlan_set_vlan_dev_state`). @default false */
          bridgeBinding: { live: true },
        },
      },
    ),
    /**
     * Maps the priority in a received tag, 0 to 7, to the packet's priority: `{ 5: 10 }`. `set` changes only the priorities that it
     * names, and 0 removes a mapping (`vlan_dev_set_ingress_priority`). @default none: all priorities are 0
     */
    ingressQosMap: setting('IFLA_VLAN_INGRESS_QOS', 4, ingressQosMap, {
      word: 'ingress-qos-map',
      ifAbsent: {},
      live: true,
    }),
    /** Maps the priority of a sent packet to the priority in its tag, 0 to 7. `set` is as for `ingressQosMap`. @default none */
    egressQosMap: setting('IFLA_VLAN_EGRESS_QOS', 3, egressQosMap, {
      word: 'egress-qos-map',
      ifAbsent: {},
      live: true,
    }),
  },
  mac: 'lower',
  usualName: (lower, { id }) => `${lower}.${id}`,
  tag: ({ protocol, id }) => ({ tag: `${protocol} ${id}`, suffix: `${id}` }),
  label: ({ protocol, id }) => (protocol === '802.1Q' ? [id] : [protocol, id]),
  summary: ({ protocol, id }) => [protocol, 'id', id],
  causes: {
    add: ({ namespace, name, lower, settings: { protocol, id } }) => ({
      // vlan_check_real_dev; the name is looked at first.
      EEXIST: `${lower} has a VLAN of ${protocol} id ${id} already, or ${namespace} an interface ${name}`,
      EINVAL: () => `the MTU must not be larger than that of ${lower} (${lower.state().mtu}): vlan_newlink`,
      ENETDOWN: `${lower} is down, and a VLAN cannot be up then (vlan_dev_open): say up: false, or bring it up`,
      EOPNOTSUPP: `${lower} takes no VLANs (NETIF_F_VLAN_CHALLENGED)`,
    }),
    device: (lower) => ({
      ERANGE: `a VLAN's MTU may not be larger than its parent's (vlan_dev_change_mtu): ${lower}`,
      ENETDOWN: `${lower} is down, and a VLAN cannot be up then (vlan_dev_open)`,
    }),
  },
});

function onOffBit(kernel: string, mask: number, word: string) {
  return bit(kernel, mask, `${word} on`, `${word} off`);
}
