import { cString, s32, u16, u32, u64 } from '../kernel/bytes.ts';
import { AF_BRIDGE, AF_INET, AF_INET6, NLM_F_CREATE, NLM_F_REPLACE } from '../kernel/constants.ts';
import { familyNumber } from '../kernel/socket-address.ts';
import { bytesToIp, type Family, ipToBytes } from '../wire/ip-address.ts';
import { bytesToMac, macToBytes } from '../wire/mac-address.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;
const RTM_GETNEIGH = 30;
const RTM_GETNEIGHTBL = 66;
const RTM_SETNEIGHTBL = 67;
const NDA_DST = 1;
const NDA_LLADDR = 2;
const NDA_MASTER = 9;
const NDTA_NAME = 1;
const NDTA_PARMS = 6;
const NDTPA_IFINDEX = 1;
const NDTPA_RETRANS_TIME = 5;
const NDTPA_PROXY_DELAY = 13;
const NUD_NOARP = 0x40;
const NUD_PERMANENT = 0x80;
/** struct ndtmsg: the family, and padding. */
const NDTMSG_LENGTH = 4;
const NTF_MASTER = 0x04;
const NTF_PROXY = 0x08;

/** The states of a neighbour entry (`NUD_*`), in iproute2's words. */
const STATES: Record<number, NeighbourState> = {
  1: 'INCOMPLETE',
  2: 'REACHABLE',
  4: 'STALE',
  8: 'DELAY',
  16: 'PROBE',
  32: 'FAILED',
  64: 'NOARP',
  128: 'PERMANENT',
};

export type NeighbourState =
  | 'NONE'
  | 'INCOMPLETE'
  | 'REACHABLE'
  | 'STALE'
  | 'DELAY'
  | 'PROBE'
  | 'FAILED'
  | 'NOARP'
  | 'PERMANENT';

/** An entry of the ARP or ND table. */
export interface Neighbour {
  /** ifindex of the device that the neighbour is on. */
  device: number;
  /** Its IP address. */
  to: string;
  /** Its MAC address; none while it is being asked for. */
  lladdr: string | undefined;
  state: NeighbourState;
}

/** An entry of a bridge's forwarding database. */
export interface FdbEntry {
  /** ifindex of the port behind which the address is. */
  device: number;
  mac: string;
  /** Entries of the bridge's own devices and `bridge fdb add … static` ones; others were learnt. */
  permanent: boolean;
  /** The bridge takes its frames for itself, and sends them on to nobody (`bridge fdb add … local`). */
  local: boolean;
}

/** Adds or replaces a permanent entry. */
export function addNeighbour(
  socket: NetlinkSocket,
  { device, to, lladdr }: { device: number; to: string; lladdr: string },
  family: Family,
  operation: Operation,
): void {
  socket.change(
    raw(
      {
        type: RTM_NEWNEIGH,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        header: header(familyNumber(family), device, NUD_PERMANENT),
        attributes: [
          [NDA_DST, ipToBytes(to)],
          [NDA_LLADDR, macToBytes(lladdr)],
        ],
      },
      operation,
    ),
  );
}

export function deleteNeighbour(
  socket: NetlinkSocket,
  { device, to }: { device: number; to: string },
  family: Family,
  operation: Operation,
): void {
  socket.change(
    raw(
      {
        type: RTM_DELNEIGH,
        flags: 0,
        header: header(familyNumber(family), device),
        attributes: [[NDA_DST, ipToBytes(to)]],
      },
      operation,
    ),
  );
}

/** The ARP and ND tables of the socket's namespace, without the `NOARP` entries of multicast and loopback. */
export function listNeighbours(socket: NetlinkSocket, operation: Operation): Neighbour[] {
  return socket
    .list(raw({ type: RTM_GETNEIGH, flags: 0, header: header(0, 0), attributes: [] }, operation))
    .filter((entry) => [AF_INET, AF_INET6].includes(entry.readUInt8(0)) && (entry.readUInt16LE(8) & NUD_NOARP) === 0)
    .map((entry) => {
      const attributes = decodeAttributes(entry.subarray(12));
      const lladdr = attributes.get(NDA_LLADDR);
      return {
        device: entry.readInt32LE(4),
        to: bytesToIp(attributes.get(NDA_DST) ?? Buffer.alloc(4)),
        lladdr: lladdr && bytesToMac(lladdr),
        state: STATES[entry.readUInt16LE(8)] ?? 'NONE',
      };
    });
}

/** The addresses that the socket's namespace answers for though it has them not (`ip neighbour show proxy`). */
export function listProxies(socket: NetlinkSocket, operation: Operation): Pick<Neighbour, 'device' | 'to'>[] {
  return socket
    .list(raw({ type: RTM_GETNEIGH, flags: 0, header: header(0, 0, 0, NTF_PROXY), attributes: [] }, operation))
    .map((entry) => ({
      device: entry.readInt32LE(4),
      to: bytesToIp(decodeAttributes(entry.subarray(12)).get(NDA_DST) ?? Buffer.alloc(4)),
    }));
}

/** The forwarding database of the bridge with this ifindex. */
export function listFdb(socket: NetlinkSocket, bridge: number, operation: Operation): FdbEntry[] {
  return socket
    .list(
      raw(
        { type: RTM_GETNEIGH, flags: 0, header: header(AF_BRIDGE, 0), attributes: [[NDA_MASTER, u32(bridge)]] },
        operation,
      ),
    )
    .map((entry) => ({
      device: entry.readInt32LE(4),
      mac: bytesToMac(decodeAttributes(entry.subarray(12)).get(NDA_LLADDR) ?? Buffer.alloc(6)),
      permanent: (entry.readUInt16LE(8) & (NUD_PERMANENT | NUD_NOARP)) !== 0,
      local: (entry.readUInt16LE(8) & NUD_PERMANENT) !== 0,
    }));
}

export function addFdbEntry(socket: NetlinkSocket, port: number, mac: string, operation: Operation): void {
  socket.change(
    raw(
      {
        type: RTM_NEWNEIGH,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        header: header(AF_BRIDGE, port, NUD_NOARP, NTF_MASTER),
        attributes: [[NDA_LLADDR, macToBytes(mac)]],
      },
      operation,
    ),
  );
}

export function deleteFdbEntry(socket: NetlinkSocket, port: number, mac: string, operation: Operation): void {
  socket.change(
    raw(
      {
        type: RTM_DELNEIGH,
        flags: 0,
        header: header(AF_BRIDGE, port, 0, NTF_MASTER),
        attributes: [[NDA_LLADDR, macToBytes(mac)]],
      },
      operation,
    ),
  );
}

/** Timers of a device's neighbour table, in milliseconds. */
export interface NeighbourTimers {
  /** How long a request may stay unanswered (`retrans_time_ms`). */
  retrans: number;
  /** How long a proxy, or one of the holders of an anycast address, puts its answer off, at most (`proxy_delay`). */
  proxyDelay: number;
}

/** Sets them for ARP (4) or ND (6). */
export function setNeighbourTimers(
  socket: NetlinkSocket,
  device: number,
  family: Family,
  { retrans, proxyDelay }: NeighbourTimers,
  operation: Operation,
): void {
  socket.change(
    raw(
      {
        type: RTM_SETNEIGHTBL,
        flags: 0,
        header: Buffer.of(familyNumber(family), 0, 0, 0),
        attributes: [
          [NDTA_NAME, cString(family === 4 ? 'arp_cache' : 'ndisc_cache')],
          [
            NDTA_PARMS,
            [
              [NDTPA_IFINDEX, u32(device)],
              [NDTPA_RETRANS_TIME, u64(BigInt(retrans))],
              [NDTPA_PROXY_DELAY, u64(BigInt(proxyDelay))],
            ],
          ],
        ],
      },
      operation,
    ),
  );
}

/** How long each device's proxies put their answers off at most, in milliseconds; ARP's and ND's (`proxy_delay`). */
export function listProxyDelays(socket: NetlinkSocket, operation: Operation): { device: number; delay: number }[] {
  return socket
    .list(raw({ type: RTM_GETNEIGHTBL, flags: 0, header: Buffer.alloc(NDTMSG_LENGTH), attributes: [] }, operation))
    .flatMap((entry) => {
      const table = decodeAttributes(entry.subarray(NDTMSG_LENGTH));
      const of = decodeAttributes(table.get(NDTA_PARMS) ?? Buffer.alloc(0));
      const device = of.get(NDTPA_IFINDEX)?.readUInt32LE(0);
      // Without a device they are the defaults of devices to come.
      if (device === undefined) return [];
      return [{ device, delay: Number(of.get(NDTPA_PROXY_DELAY)?.readBigUInt64LE(0) ?? 0) }];
    });
}

/** `struct ndmsg`. */
function header(family: number, index: number, state = 0, flags = 0): Buffer {
  return Buffer.concat([Buffer.of(family, 0), u16(0), s32(index), u16(state), Buffer.of(flags, 0)]);
}
