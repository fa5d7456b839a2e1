import type { Namespace } from 'hairpin';

/** `ethtool -K DEVICE gro on`, for machines that have no ethtool. */
export async function setGro(namespace: Namespace, device: string, on: boolean): Promise<void> {
  await namespace.exec(process.execPath, ['-e', SCRIPT, import.meta.resolve('koffi'), device, on ? '1' : '0']);
}

// struct ifreq with a pointer to struct ethtool_value { ETHTOOL_SGRO, data }, by SIOCETHTOOL
const SCRIPT = `
const [koffiPath, device, value] = process.argv.slice(1);
import(koffiPath).then(({ default: koffi }) => {
  const libc = koffi.load(null);
  const [socket, ioctl] = ['int socket(int, int, int)', 'int ioctl(int, unsigned long, void *)'].map((f) => libc.func(f));
  const request = Buffer.alloc(48);
  request.write(device, 0, 'latin1');
  request.writeBigUInt64LE(koffi.address(request) + 40n, 16);
  request.writeUInt32LE(0x2c, 40);
  request.writeUInt32LE(Number(value), 44);
  if (ioctl(socket(2, 2, 0), 0x8946, request) !== 0) throw new Error('ETHTOOL_SGRO: errno ' + koffi.errno());
});
`;
