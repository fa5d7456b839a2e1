import { range, u32 } from '../netlink/codec/scalars.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** A routing domain of its own (drivers/net/vrf.c): the packets of the devices that belong to it are routed by its table. */
export const vrf = describeLink('vrf', {
  option: 'NET_VRF',
  dependsOn: ['NET_L3_MASTER_DEV', 'IP_MULTIPLE_TABLES', 'IPV6_MULTIPLE_TABLES'],
  trial: { table: 10 },
  members: 'packets',
  // vrf_add_fib_rules
  bringsRule: 1000,
  noArp: true,
  settings: {
    /** The routing table of its members, 1 to 2³²−1. */
    table: setting('IFLA_VRF_TABLE', 1, range(u32, 1, 2 ** 32 - 1), { required: true }),
  },
  causes: {
    add: ({ settings: { table } }) => ({
      EBUSY: `another VRF has table ${table}, and net.vrf.strict_mode allows one for each (vrf_map_register_dev)`,
    }),
    member: (master, member) => ({
      EINVAL: `${member} is a VRF itself: it cannot belong to ${master} (vrf_add_slave)`,
    }),
  },
});
