import { ipSocketAddress, readIpSocketAddress } from '../../kernel/sockets/socket-address.ts';
import { endpointWords, type Family, familyOf } from '../../wire/ip-address.ts';
import { list } from '../codec/list.ts';
import { bytes, ip, u8, u16, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';

/** The other end of a WireGuard tunnel, in the words of `wg set`. */
export interface WireguardPeer {
  /** Its public key, base64. */
  publicKey: string;
  /** A key that only both know, base64. @default none */
  presharedKey?: string;
  /** Where it is, such as `192.0.2.2:51820` or `[fd00::2]:51820`. @default where it was last heard from */
  endpoint?: string;
  /** Seconds between two packets that keep the way open, 0 for none to 65535. @default 0 */
  persistentKeepalive?: number;
  /** The addresses behind it, such as `10.7.0.0/24`: what is for them goes to it, and only they may come from it. */
  allowedIps: readonly string[];
}

const KEY_BYTES = 32;

/** A key of 32 bytes, as `wg` has it: base64. */
export const key: Type<string> = {
  write: (to, value) => bytes.write(to, Buffer.from(value, 'base64')),
  read: (value) => {
    if (value.length !== KEY_BYTES) throw new RangeError(`${value.length} bytes are no key`);
    return value.toString('base64');
  },
  words: (value) => [value],
};

/** `sockaddr_in` or `sockaddr_in6`. */
const endpoint: Type<string> = {
  write: (to, value) => {
    const { address, port } = parseEndpoint(value);
    bytes.write(to, ipSocketAddress(familyOf(address) as Family, address, port));
  },
  read: (value) => {
    const { address, port } = readIpSocketAddress(value);
    return endpointWords(address, port);
  },
  words: (value) => [value],
};

/** An address and a port; NaN for what is none. */
export function parseEndpoint(value: string): { address: string; port: number } {
  const [, six, four, port] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
  return { address: six ?? four ?? '', port: Number(port) };
}

const allowedIp = table({
  family: attribute('WGALLOWEDIP_A_FAMILY', 1, u16),
  address: attribute('WGALLOWEDIP_A_IPADDR', 2, ip),
  length: attribute('WGALLOWEDIP_A_CIDR_MASK', 3, u8),
});

const peer = table({
  publicKey: attribute('WGPEER_A_PUBLIC_KEY', 1, key),
  presharedKey: attribute('WGPEER_A_PRESHARED_KEY', 2, key),
  flags: attribute('WGPEER_A_FLAGS', 3, u32),
  endpoint: attribute('WGPEER_A_ENDPOINT', 4, endpoint),
  persistentKeepalive: attribute('WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL', 5, u16),
  lastHandshake: attribute(
    'WGPEER_A_LAST_HANDSHAKE_TIME',
    6,
    struct('__kernel_timespec', { seconds: u64, nanoseconds: u64 }),
  ),
  receivedBytes: attribute('WGPEER_A_RX_BYTES', 7, u64),
  sentBytes: attribute('WGPEER_A_TX_BYTES', 8, u64),
  allowedIps: attribute('WGPEER_A_ALLOWEDIPS', 9, list(0, allowedIp)),
});

/** A WireGuard device. */
export const wireguardDevice = table({
  index: attribute('WGDEVICE_A_IFINDEX', 1, u32),
  privateKey: attribute('WGDEVICE_A_PRIVATE_KEY', 3, key),
  publicKey: attribute('WGDEVICE_A_PUBLIC_KEY', 4, key),
  flags: attribute('WGDEVICE_A_FLAGS', 5, u32),
  listenPort: attribute('WGDEVICE_A_LISTEN_PORT', 6, u16),
  fwmark: attribute('WGDEVICE_A_FWMARK', 7, u32),
  peers: attribute('WGDEVICE_A_PEERS', 8, list(0, peer)),
});
