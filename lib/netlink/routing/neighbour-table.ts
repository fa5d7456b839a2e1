import type { Family as IpFamily } from '../../wire/ip-address.ts';
import { body } from '../codec/body.ts';
import { asNumber, device, ipFamily, pad, string, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import type { NetlinkSocket } from '../socket.ts';

/** A neighbour table of the kernel's. All namespaces of the machine share its limit. */
export interface NeighbourTableState {
  /** `arp_cache` or `ndisc_cache`. */
  name: string;
  entries: number;
  /** `gc_thresh3`: more entries than this there cannot be. */
  limit: number;
  /** How often an entry could not be made because the table was full, since boot. */
  overflows: bigint;
}

/** What `ip ntable show` tells of: a whole table, or the timers of one device in it, in milliseconds. */
interface Told {
  whole: NeighbourTableState | undefined;
  /** ifindex. */
  device: number | undefined;
  /** How long a request may stay unanswered (`retrans_time_ms`). */
  retrans: number | undefined;
  /** How long a MAC address that was confirmed counts as right (`base_reachable_time_ms`, times 0.5 to 1.5 by chance). */
  reachable: number | undefined;
  /** How long a MAC address that may be old is used before it is asked for again (`delay_first_probe_time`). */
  delayProbe: number | undefined;
  /** How long a proxy, or one of the holders of an anycast address, puts its answer off, at most (`proxy_delay`). */
  proxyDelay: number | undefined;
  /** How often a program is asked for a MAC address before the network is (`app_solicit`). */
  appProbes: number | undefined;
}

const milliseconds = asNumber(u64);

const timers = table({
  device: attribute('NDTPA_IFINDEX', 1, device, { word: 'dev' }),
  reachable: attribute('NDTPA_REACHABLE_TIME', 3, milliseconds),
  retrans: attribute('NDTPA_RETRANS_TIME', 5, milliseconds),
  delayProbe: attribute('NDTPA_DELAY_PROBE_TIME', 7, milliseconds),
  appProbes: attribute('NDTPA_APP_PROBES', 9, u32),
  mcastProbes: attribute('NDTPA_MCAST_PROBES', 11, u32),
  proxyDelay: attribute('NDTPA_PROXY_DELAY', 13, milliseconds),
});

/** The tables by their `family`, and of each device's timers in them. */
export const ipNtable = new Family({
  command: ['ip', 'ntable'],
  messages: ['NEIGHTBL', 64],
  changes: 'set',
  body: body(
    struct('ndtmsg', { family: ipFamily, padding: pad(3) }),
    table({
      name: attribute('NDTA_NAME', 1, string, { ifAbsent: '' }),
      timers: attribute('NDTA_PARMS', 6, flat(timers)),
      limit: attribute('NDTA_THRESH3', 4, u32, { ifAbsent: 0 }),
      config: attribute('NDTA_CONFIG', 5, struct('ndt_config', { sizes: pad(4), entries: u32, rest: pad(24) })),
      stats: attribute('NDTA_STATS', 7, struct('ndt_stats', { others: pad(80), overflows: u64 })),
    }),
  ),
  complete: (config, verb) => (verb === 'list' ? config : { ...config, name: config.name ?? nameOf(config.family) }),
  state: ({
    name,
    limit,
    config,
    stats,
    device: index,
    reachable,
    retrans,
    delayProbe,
    proxyDelay,
    appProbes,
  }): Told => ({
    whole: config && stats && { name, limit, entries: config.entries, overflows: stats.overflows },
    ...{ device: index, reachable, retrans, delayProbe, proxyDelay, appProbes },
  }),
});

/** The tables, without the timers of single devices. @param family that of one version of IP alone */
export function listNeighbourTables(socket: NetlinkSocket, family?: IpFamily): NeighbourTableState[] {
  return socket.list(ipNtable.all({ family })).flatMap(({ whole }) => whole ?? []);
}

/** Why a table has no room for a lab, and what to do about it. */
export function whyNoNeighbourRoom({ name, entries, limit }: NeighbourTableState): string {
  const sysctl = `net.ipv${name === 'arp_cache' ? 4 : 6}.neigh.default.gc_thresh3`;
  return (
    `the machine's ${name} has no room (${entries} entries of all namespaces, at most ${limit}, ${sysctl}): run fewer ` +
    `programs with a network at once, or sudo sysctl -w ${sysctl}=${ENOUGH}, on the machine itself`
  );
}

/** What container hosts take. */
const ENOUGH = 65_536;

function nameOf(family: IpFamily | undefined): string | undefined {
  return family === undefined ? undefined : family === 4 ? 'arp_cache' : 'ndisc_cache';
}
