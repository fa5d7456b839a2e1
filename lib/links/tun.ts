import { whyMissing } from '../kernel/namespaces/why-no-namespaces.ts';
import { addTun, TUN_NODE } from '../kernel/taps/tun-device.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { bool, u8, u32 } from '../netlink/codec/scalars.ts';
import type { Type } from '../netlink/codec/type.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

const OPTION = 'TUN';

/** A device whose other end is a program: it has a carrier while one has it open (drivers/net/tun.c). */
export const tun = describeLink('tun', {
  option: OPTION,
  trial: { mode: 'tap' },
  making: {
    command: 'tuntap',
    make: (namespace, device, settings) => addTun(namespace, { ...device, ...settings }),
    // No module; or no node that this user may open.
    missing: ['ENODEV', 'EPERM'],
  },
  varies: ['mode', 'multiQueue'],
  baseName: ({ mode }) => mode,
  // It comes with the program.
  bornWithCarrier: false,
  noArp: true,
  withoutMac: ({ mode }) => mode === 'tun',
  label: ({ mode }) => (mode === 'tap' ? [mode] : []),
  characterDevice: { node: TUN_NODE, queue: ({ mode, multiQueue }) => ({ mode, multiQueue }) },
  settings: {
    /** `tun`: the program reads and writes IP packets; `tap`: Ethernet frames. */
    mode: setting('IFLA_TUN_TYPE', 3, oneOf(u8, 'IFF_', { tun: 1, tap: 2 }), { required: true }),
    /** The uid that may open it without CAP_NET_ADMIN. @default nobody */
    user: setting('IFLA_TUN_OWNER', 1, u32),
    /** The gid that may. @default none */
    group: setting('IFLA_TUN_GROUP', 2, u32),
    /** It can be open more than once, and each is a queue. @default false */
    multiQueue: setting('IFLA_TUN_MULTI_QUEUE', 7, keyword('multi_queue'), { word: '', ifAbsent: false }),
    /** A `struct tun_pi` before each packet says its protocol. Who opens it chooses anew. @default false */
    pi: setting('IFLA_TUN_PI', 4, keyword('pi'), { word: '', ifAbsent: false }),
    /** A `struct virtio_net_hdr` stands before each packet. Who opens it chooses anew. @default false */
    vnetHdr: setting('IFLA_TUN_VNET_HDR', 5, keyword('vnet_hdr'), { word: '', ifAbsent: false }),
    /** It stays when the program that made it ends: true of all that hairpin and `ip tuntap` make. */
    persist: setting('IFLA_TUN_PERSIST', 6, told(bool(u8)), { word: '', readOnly: true, ifAbsent: false }),
    /** With `multiQueue`: how many queues are open. */
    numqueues: setting('IFLA_TUN_NUM_QUEUES', 8, told(u32), { word: '', readOnly: true }),
    /** With `multiQueue`: how many queues are open, but detached (`TUNSETQUEUE`). */
    numdisabled: setting('IFLA_TUN_NUM_DISABLED_QUEUES', 9, told(u32), { word: '', readOnly: true }),
  },
  causes: {
    add: ({ namespace, name }) => ({
      EBUSY: `${namespace} has an interface ${name} already`,
      EINVAL: 'user and group must be ids that this user namespace has (make_kuid)',
      ENODEV: () => whyMissing('tun', { option: `CONFIG_${OPTION}`, module: 'tun' }),
    }),
  },
});

/** A word of `ip tuntap`, which is there or not. */
function keyword(word: string): Type<boolean> {
  return { ...bool(u8), words: (value) => (value ? [word] : []) };
}

/** What the kernel tells, and no word of `ip tuntap` sets. */
function told<T>(of: Type<T>): Type<T> {
  return { ...of, words: () => [] };
}
