import type { Family as IpFamily } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { body } from '../codec/body.ts';
import { rows } from '../codec/list.ts';
import { oneOf } from '../codec/one-of.ts';
import { device, ip, pad, u8, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { fixed, flat } from '../codec/type.ts';
import { Family } from '../family.ts';

/** A multicast route, as `ip mroute` has it: an entry of the kernel's multicast forwarding cache (MFC). */
export interface Mroute {
  family: IpFamily;
  group: string;
  /** The only sender that it is for; undefined: any. */
  source: string | undefined;
  /** ifindex of the device that its packets have to come in by; undefined where that is not an interface of the router. */
  input: number | undefined;
  /** A packet leaves by such a device if its TTL is greater than this threshold. */
  outputs: { device: number; ttl: number }[];
  table: number;
  /** `mrouted`: the program that owns the router socket added it; `static`: any other program (`MFC_STATIC`). */
  protocol: MrouteProtocol;
  /** Packets wait for a route, which a program has to add. */
  unresolved: boolean;
  packets: number;
  bytes: number;
  /** Packets that came in by another device. */
  wrongInput: number;
}

type MrouteProtocol = keyof typeof PROTOCOLS | `${number}`;

const PROTOCOLS = { unspec: 0, static: 4, mrouted: 17 } as const;

export const MROUTE_PROTOCOLS = Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[];

/** The table of a router socket that names none: `RT_TABLE_DEFAULT` for IPv4, `RT6_TABLE_DFLT` for IPv6, which is the table `main`. */
export const MROUTE_TABLES = { 4: 253, 6: 254 } as const;

/** linux/rtnetlink.h */
export const RTNL_FAMILY_IPMR = 128;
export const RTNL_FAMILY_IP6MR = 129;

/** A kernel without multicast routing lists its ordinary routes instead (`rtnl_get_link`). These have another family. */
const mrouteFamily = fixed<IpFamily | undefined>(
  1,
  (bytes, at) => {
    const number = bytes.readUInt8(at);
    return number === RTNL_FAMILY_IPMR ? 4 : number === RTNL_FAMILY_IP6MR ? 6 : undefined;
  },
  (bytes, at, value) => bytes.writeUInt8(value === 6 ? RTNL_FAMILY_IP6MR : RTNL_FAMILY_IPMR, at),
);

const output = struct('rtnexthop', { length: pad(2), flags: pad(1), ttl: u8, device });

export const ipMroute = new Family({
  command: ['ip', 'mroute'],
  messages: ['ROUTE', 24],
  body: body(
    struct('rtmsg', {
      ...{ family: mrouteFamily, length: u8, sourceLength: u8, tos: u8, lowTable: u8 },
      protocol: oneOf(u8, 'RTPROT_', PROTOCOLS),
      ...{ scope: u8, type: u8 },
      flags: flat(bits(u32, { unresolved: bit('RTNH_F_UNRESOLVED', 32) })),
    }),
    table({
      group: attribute('RTA_DST', 1, ip),
      source: attribute('RTA_SRC', 2, ip),
      input: attribute('RTA_IIF', 3, device),
      outputs: attribute('RTA_MULTIPATH', 9, rows(output, table({})), { ifAbsent: [] }),
      table: attribute('RTA_TABLE', 15, u32),
      stats: attribute('RTA_MFC_STATS', 17, struct('rta_mfc_stats', { packets: u64, bytes: u64, wrongInput: u64 })),
    }),
  ),
  complete: ({ family }: { family: IpFamily }) => ({ family }),
  state: ({ family, group, source, stats, lowTable, ...read }): Mroute | undefined => {
    if (family === undefined || group === undefined) return undefined;
    const { input, outputs, table: number = lowTable, protocol, unresolved } = read;
    return {
      ...{ family, group, source: source === '0.0.0.0' || source === '::' ? undefined : source },
      ...{ input, outputs, table: number, protocol, unresolved },
      packets: Number(stats?.packets ?? 0),
      bytes: Number(stats?.bytes ?? 0),
      wrongInput: Number(stats?.wrongInput ?? 0),
    };
  },
});
