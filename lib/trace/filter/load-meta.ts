import type { Interface } from '../../lab/index.ts';
import type { FilterFamily } from '../../netlink/ruleset/read-ruleset.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';
import { type HookedPacket, headersOf } from './packet.ts';

const IFNAMSIZ = 16;
const ARPHRD_ETHER = 1;

/** `NFT_META_*`: what `meta` loads, where it can be known from outside. */
export function loadMeta(key: number, packet: HookedPacket, family: FilterFamily): Buffer | undefined {
  const { iif, oif } = packet;
  switch (key) {
    case 1:
      return headersOf(packet).network === undefined ? undefined : u16BE(headersOf(packet).etherType);
    case 4:
      return iif && u32LE(iif.index);
    case 5:
      return oif && u32LE(oif.index);
    case 6:
      return nameOf(iif);
    case 7:
      return nameOf(oif);
    case 8:
      return iif && u16LE(ARPHRD_ETHER);
    case 9:
      return oif && u16LE(ARPHRD_ETHER);
    case 15:
      return protocolFamily(packet, family);
    case 16:
      return transportProtocol(packet);
    default:
      return undefined;
  }
}

function nameOf(device: Interface | undefined): Buffer | undefined {
  return device && Buffer.concat([Buffer.from(device.name)], IFNAMSIZ);
}

/** `NFPROTO_*`: of the hook that a packet is at (`nft_pf`). */
function protocolFamily(packet: HookedPacket, family: FilterFamily): Buffer | undefined {
  if (family === 'netdev' || family === 'bridge') return undefined;
  const { etherType } = headersOf(packet);
  if (etherType === ETHERTYPE.ipv4) return Buffer.of(2);
  return etherType === ETHERTYPE.ipv6 ? Buffer.of(10) : undefined;
}

function transportProtocol(packet: HookedPacket): Buffer | undefined {
  const { protocol } = headersOf(packet);
  return protocol === undefined ? undefined : Buffer.of(protocol);
}

function u16BE(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

function u16LE(value: number): Buffer {
  return Buffer.of(value & 0xff, value >> 8);
}

function u32LE(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
