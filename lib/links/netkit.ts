import { oneOf } from '../netlink/codec/one-of.ts';
import { bool, u8, u32 } from '../netlink/codec/scalars.ts';
import { describeLink } from './describe-link.ts';
import { peerSetting } from './peer.ts';
import { liveFrom, setting } from './setting.ts';

/** What becomes of a packet that no BPF program decides on. */
const POLICIES = { forward: 0, blackhole: 2 } as const;

/** Two devices as of a veth, for BPF programs to decide between (drivers/net/netkit.c, from Linux 6.7 on). */
export const netkit = describeLink('netkit', {
  option: 'NETKIT',
  dependsOn: ['BPF_SYSCALL'],
  settings: {
    /** `l3`: packets without MAC addresses, so nobody asks for one. @default 'l3', the kernel's own */
    mode: setting('IFLA_NETKIT_MODE', 5, oneOf(u32, 'NETKIT_', { l2: 0, l3: 1 }), { default: 'l3' }),
    /** Policy for packets that end `a` sends. Only end `a` can change it (`netkit_change_link`). @default 'forward' */
    policy: setting('IFLA_NETKIT_POLICY', 3, oneOf(u32, '', POLICIES), { word: '', ...liveFrom('forward') }),
    /** Policy for packets that end `b` sends. Only end `a` can change it (`netkit_change_link`). @default 'forward' */
    peerPolicy: setting('IFLA_NETKIT_PEER_POLICY', 4, oneOf(u32, '', POLICIES), {
      ...{ word: false, ...liveFrom('forward') },
    }),
    peer: peerSetting('IFLA_NETKIT_PEER_INFO'),
    /** Whether it is end `a`. */
    primary: setting('IFLA_NETKIT_PRIMARY', 2, bool(u8), { ifAbsent: false, readOnly: true }),
  },
  withoutMac: ({ mode }) => mode === 'l3',
  // In mode l3.
  noArp: true,
  label: ({ mode }) => [mode],
  causes: {
    settings: { EACCES: 'the policies are changed at end a, the primary device (netkit_change_link)' },
  },
});
