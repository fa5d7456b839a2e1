import { oneOf } from '../netlink/one-of.ts';
import { be16, range, u16 } from '../netlink/scalars.ts';
import { VLAN_PROTOCOL_NUMBERS } from '../wire/vlan-tag.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** 4095 is reserved (IEEE 802.1Q-2018 table 9-2). */
const HIGHEST_ID = 4094;

/** What it sends leaves by the device below with a tag, and what comes in there with that tag is its own (net/8021q). */
export const vlan = describeLink('vlan', {
  option: 'VLAN_8021Q',
  module: '8021q',
  trial: { id: 1 },
  lower: 'interface',
  downWithLower: true,
  settings: {
    /** `802.1ad`: a service tag, as the outer one of two. @default '802.1Q' */
    protocol: setting('IFLA_VLAN_PROTOCOL', 5, oneOf(be16, '', VLAN_PROTOCOL_NUMBERS, '802.1Q'), {
      ifAbsent: '802.1Q',
      default: '802.1Q',
    }),
    /** 0 to 4094. */
    id: setting('IFLA_VLAN_ID', 1, range(u16, 0, HIGHEST_ID), { ifAbsent: 0, required: true }),
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
