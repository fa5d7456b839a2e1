import { oneOf } from '../netlink/codec/one-of.ts';
import { u16 } from '../netlink/codec/scalars.ts';
import { describeLink, describeVariant } from './describe-link.ts';
import { whyBusy } from './rx-handler.ts';
import { setting } from './setting.ts';

const MODES = { l2: 0, l3: 1, l3s: 2 } as const;
/** `IPVLAN_F_*`; bridge is neither of the two. */
const FLAGS = { bridge: 0, private: 1, vepa: 2 } as const;
export type IpvlanMode = keyof typeof MODES;
export type IpvlanFlag = keyof typeof FLAGS;
export const IPVLAN_MODES = Object.keys(MODES) as IpvlanMode[];
export const IPVLAN_FLAGS = Object.keys(FLAGS) as IpvlanFlag[];

const L3S = 'mode l3s needs CONFIG_IPVLAN_L3S';

/**
 * Further IP addresses behind the one MAC address of the device below (drivers/net/ipvlan). Mode and flag are those of
 * that device's port: to say others changes them for the ipvlans that are there (`ipvlan_link_new`, `ipvlan_set_port_mode`).
 */
export const ipvlan = describeLink('ipvlan', {
  option: 'IPVLAN',
  dependsOn: ['NET_L3_MASTER_DEV'],
  lower: 'interface',
  skipsItsKind: true,
  takesRxHandler: true,
  settings: {
    /** @default that of the parent's other ipvlans; of the first, the kernel's 'l3' */
    mode: setting('IFLA_IPVLAN_MODE', 1, oneOf(u16, 'IPVLAN_MODE_', MODES), {
      ifAbsent: 'l3',
      default: 'l3',
      live: true,
      shared: true,
    }),
    /** The flag stands for both bits (`ipvlan_nl_changelink`). @default that of the parent's other ipvlans; of the first, 'bridge' */
    flag: setting('IFLA_IPVLAN_FLAGS', 2, oneOf(u16, '', FLAGS), {
      word: '',
      ifAbsent: 'bridge',
      default: 'bridge',
      live: true,
      shared: true,
    }),
  },
  mac: 'lower',
  // ipvlan_link_new gives it the address of its parent, and there is no ndo_set_mac_address.
  fixedMac: () => ': an ipvlan',
  // In modes l3 and l3s.
  noArp: true,
  bornWithCarrier: true,
  label: ({ mode, flag }) => (flag === 'bridge' ? [mode] : [mode, flag]),
  summary: ({ mode, flag }) => [mode, flag],
  causes: {
    add: ({ lower }) => ({
      EBUSY: () => whyBusy(lower, 'ipvlan'),
      EINVAL: `${lower} must be Ethernet, and no loopback (ipvlan_port_create)`,
      EOPNOTSUPP: L3S,
    }),
    settings: { EOPNOTSUPP: L3S },
  },
});

/** An ipvlan with a character device, at which a virtual machine reads and writes frames. */
export const ipvtap = describeVariant('ipvtap', ipvlan, {
  option: 'IPVTAP',
  dependsOn: ['NET_L3_MASTER_DEV', 'IPVLAN'],
  characterDevice: true,
  // ipvtap_link_ops
  hidesLowerNamespace: true,
});
