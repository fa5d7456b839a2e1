import koffi from 'koffi';
import { unlessCode } from '../../base/has-code.ts';
import { checked } from '../checked.ts';
import { AF_INET, IFNAMSIZ, IFREQ_LENGTH, SOCK_CLOEXEC, SOCK_DGRAM } from '../constants.ts';
import { close, ioctl, socket } from '../libc.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';

// linux/sockios.h, linux/ethtool.h
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GGRO = 0x2b;

// A struct ifreq has a pointer behind the name, here to the struct ethtool_value that follows it.
const VALUE_LENGTH = 8;

/** Those of a namespace's devices that merge packets before they hand them on (`ethtool -K eth0 gro on`). */
export function devicesWithGro(namespace: NetNamespace, names: readonly string[]): string[] {
  return namespace.run(() => {
    const fd = checked('socket(AF_INET)', socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    try {
      return names.filter((name) => hasGro(fd, name));
    } finally {
      close(fd);
    }
  });
}

function hasGro(fd: number, name: string): boolean {
  // One piece of memory, so that what the kernel is given the address of is still there.
  const request = Buffer.alloc(IFREQ_LENGTH + VALUE_LENGTH);
  request.write(name, 0, IFNAMSIZ - 1, 'latin1');
  request.writeBigUInt64LE(koffi.address(request) + BigInt(IFREQ_LENGTH), IFNAMSIZ);
  request.writeUInt32LE(ETHTOOL_GGRO, IFREQ_LENGTH);
  // It may have been deleted since it was listed: then nothing is told.
  unlessCode(['ENODEV'], () => checked(`ethtool -k ${name}`, ioctl(fd, SIOCETHTOOL, request)));
  return request.readUInt32LE(IFREQ_LENGTH + 4) !== 0;
}
