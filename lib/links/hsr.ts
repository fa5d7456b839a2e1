import { oneOf } from '../netlink/codec/one-of.ts';
import { linkedDevice, mac, range, u8 } from '../netlink/codec/scalars.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** Each frame twice, by two devices, in a ring or two networks (IEC 62439-3, net/hsr). */
export const hsr = describeLink('hsr', {
  option: 'HSR',
  // Without devices the kernel that has it says so.
  refusesTrial: 'EINVAL',
  bornWithCarrier: false,
  settings: {
    /** The device of one direction. */
    slave1: setting('IFLA_HSR_SLAVE1', 1, linkedDevice, { required: true }),
    /** The device of the other. */
    slave2: setting('IFLA_HSR_SLAVE2', 2, linkedDevice, { required: true }),
    /** The device to hosts outside of the ring (Linux 6.10). @default none */
    interlink: setting('IFLA_HSR_INTERLINK', 8, linkedDevice),
    /** The last byte of the group that supervision frames go to, 0 to 255. @default 0 */
    supervision: setting('IFLA_HSR_MULTICAST_SPEC', 3, u8, { kernelDefault: 0 }),
    /** The group that supervision frames go to, as the kernel has it. */
    supervisionAddr: setting('IFLA_HSR_SUPERVISION_ADDR', 4, mac, { word: false, readOnly: true }),
    /** Of HSR: 0 or 1. Kernels do not tell it. @default 0 */
    version: setting('IFLA_HSR_VERSION', 6, range(u8, 0, 1), { kernelDefault: 0 }),
    /** A ring, or two networks side by side. @default 'hsr' */
    proto: setting(
      'IFLA_HSR_PROTOCOL',
      7,
      oneOf({ ...u8, words: (value) => [String(value)] }, '', { hsr: 0, prp: 1 }),
      {
        kernelDefault: 'hsr',
      },
    ),
  },
  label: ({ proto = 'hsr' }) => [proto],
  causes: {
    add: () => ({
      EINVAL:
        'the slaves must be two Ethernet devices of this namespace without another master, and PRP has no version (hsr_newlink)',
      EBUSY: 'a slave has macvlans or ipvlans, or belongs to another device: a device has one rx_handler',
    }),
  },
});
