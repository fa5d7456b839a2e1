import { u32 } from '../bytes.ts';
import { checked } from '../checked.ts';
import { IFNAMSIZ, IFREQ_LENGTH } from '../constants.ts';
import { close, errnoName, ioctl, lastErrno } from '../libc.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { type DeviceNode, openCharacterDevice } from './character-device.ts';

// linux/if_tun.h, linux/if.h
const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const TUNSETOWNER = 0x400454cc;
const TUNSETGROUP = 0x400454ce;
const TUNSETIFINDEX = 0x400454da;
const IFF_TUN = 0x0001;
const IFF_TAP = 0x0002;
const IFF_MULTI_QUEUE = 0x0100;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const IFF_TUN_EXCL = 0x8000;

/** `MISC_MAJOR` and `TUN_MINOR` (linux/major.h, linux/miscdevice.h). */
export const TUN_NODE: DeviceNode = {
  numbers: { major: 10, minor: 200 },
  published: '/dev/net/tun',
  udev: 'KERNEL=="tun"',
};

/** What a program says as it takes a queue of a tun or tap, or of a macvtap. */
export interface TunFlags {
  mode: 'tun' | 'tap';
  multiQueue?: boolean | undefined;
  /** A `struct virtio_net_hdr` stands before each packet. */
  vnetHdr?: boolean | undefined;
  /** A `struct tun_pi` stands before each packet. */
  pi?: boolean | undefined;
}

/** A tun or tap that is to be made. */
interface NewTun extends TunFlags {
  index: number;
  name: string;
  /** The uid and the gid that may open it without CAP_NET_ADMIN. */
  user?: number | undefined;
  group?: number | undefined;
}

/** Makes a tun or tap that stays until it is deleted, as `ip tuntap add` does: rtnetlink makes none (`tun_validate`). */
export function addTun(namespace: Pick<NetNamespace, 'run'>, { index, name, user, group, ...flags }: NewTun): void {
  const fd = openCharacterDevice(namespace, TUN_NODE);
  try {
    checkedIoctl(fd, 'TUNSETIFINDEX', TUNSETIFINDEX, u32(index));
    // Without it a tun of that name that is there already would be taken for the new one (tun_set_iff).
    attachTun(fd, name, flags, IFF_TUN_EXCL);
    if (user !== undefined) checkedIoctl(fd, 'TUNSETOWNER', TUNSETOWNER, user);
    if (group !== undefined) checkedIoctl(fd, 'TUNSETGROUP', TUNSETGROUP, group);
    checkedIoctl(fd, 'TUNSETPERSIST', TUNSETPERSIST, 1);
  } finally {
    close(fd);
  }
}

const IS_OPEN = 'a program has it open already: multiQueue lets it be open more than once (tun_attach)';

/** Makes a descriptor of the device node a queue of a tun or tap of that name. A macvtap's node has its device already. */
export function attachTun(fd: number, name: string, { mode, multiQueue, vnetHdr, pi }: TunFlags, more = 0): void {
  const flags = [
    mode === 'tun' ? IFF_TUN : IFF_TAP,
    multiQueue ? IFF_MULTI_QUEUE : 0,
    vnetHdr ? IFF_VNET_HDR : 0,
    pi ? 0 : IFF_NO_PI,
    more,
  ];
  const request = Buffer.alloc(IFREQ_LENGTH);
  request.write(name, 0, IFNAMSIZ - 1);
  request.writeUInt16LE(
    flags.reduce((all, flag) => all | flag),
    IFNAMSIZ,
  );
  const result = ioctl(fd, TUNSETIFF, request);
  const isOpen = result < 0 && more === 0 && errnoName(lastErrno()) === 'EBUSY';
  checked(`ioctl(TUNSETIFF, ${name})`, result, isOpen ? IS_OPEN : undefined);
}

/** An argument that is a number is the value itself. */
export function checkedIoctl(fd: number, name: string, request: number, argument: Uint8Array | number): void {
  checked(`ioctl(${name})`, ioctl(fd, request, argument));
}
