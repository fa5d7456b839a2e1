import { flag, linkedDevice, range, u32 } from '../netlink/codec/scalars.ts';
import { absent } from '../netlink/codec/type.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** Packets that IPsec policies and states of its id protect (net/xfrm/xfrm_interface_core.c); `ns.xfrm` makes these. */
export const xfrm = describeLink('xfrm', {
  option: 'XFRM_INTERFACE',
  module: 'xfrm_interface',
  trial: { ifId: 1 },
  ethernet: false,
  noArp: true,
  withoutMac: () => true,
  settings: {
    /** The device that the protected packets leave by. @default the route's */
    dev: setting('IFLA_XFRM_LINK', 1, absent(0 as never, linkedDevice)),
    /** The `if_id` of its policies and states, 1 to 2³²−1. One that is `external` has none of its own. */
    ifId: setting('IFLA_XFRM_IF_ID', 2, absent(0, range(u32, 1, 2 ** 32 - 1)), { required: true, unless: 'external' }),
    /** Routes (`encap xfrm`) or BPF say the id of each packet (Linux 6.1). @default false */
    external: setting('IFLA_XFRM_COLLECT_METADATA', 3, flag, { ifAbsent: false, since: '6.1' }),
  },
  label: ({ ifId, external }) => (external ? ['external'] : [ifId]),
  causes: {
    add: ({ namespace, name, settings: { ifId } }) => ({
      EEXIST: `${namespace} has an xfrm interface of ifId ${ifId} already (xfrmi_locate), or an interface ${name}`,
      EINVAL: 'external excludes ifId and dev (xfrmi_newlink)',
    }),
  },
});
