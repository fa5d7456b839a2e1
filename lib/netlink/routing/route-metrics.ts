import { bool, string, u32 } from '../codec/scalars.ts';
import { attribute, others, table } from '../codec/table.ts';
import { type Fixed, fixed, flat } from '../codec/type.ts';

/** What is known of a way, or is to hold for those who use it (`RTAX_*`). */
export interface RouteMetrics {
  /** The metrics that the kernel may not change by what it learns, by their names here: `['mtu']`, as `mtu lock 1400`. */
  lock?: readonly LockableMetric[] | undefined;
  window?: number | undefined;
  /**
   * TCP's first estimate of the round trip time, in milliseconds. It stands for what TCP has not yet learnt of a peer (`tcpm_suck_dst`): from
   * the second connection on, the first timeout may be longer for it (`tcp_init_metrics`).
   */
  rtt?: number | undefined;
  /** TCP's first estimate of how much the round trip time varies, in milliseconds. */
  rttvar?: number | undefined;
  /**
   * What connections by this route use: `ecn`, whatever `net.ipv4.tcp_ecn` says; `tcp_usec_ts`, timestamps in microseconds (Linux 6.7).
   * An older kernel refuses a feature that it does not know.
   */
  features?: readonly Feature[] | undefined;
  ssthresh?: number | undefined;
  cwnd?: number | undefined;
  /** The largest segment that is offered to the other end of a TCP connection, to 65495 (`ip_metrics_convert`). */
  advmss?: number | undefined;
  reordering?: number | undefined;
  /** The TTL or hop limit of its packets, to 255. */
  hoplimit?: number | undefined;
  initcwnd?: number | undefined;
  /**
   * TCP's least retransmission timeout, in milliseconds. hairpin always locks it, as iproute2 does: TCP ignores one that is not locked
   * (`tcp_rto_min`).
   */
  rtoMin?: number | undefined;
  initrwnd?: number | undefined;
  quickack?: boolean | undefined;
  /** TCP's congestion control: `reno`, `cubic` … */
  congctl?: string | undefined;
  fastopenNoCookie?: boolean | undefined;
}

const FEATURES = { ecn: 1, tcp_usec_ts: 16 } as const;
type Feature = keyof typeof FEATURES;
export const ROUTE_FEATURES = Object.keys(FEATURES) as Feature[];

/** Those of a route that were given. */
export function givenMetrics(read: RouteMetrics): RouteMetrics {
  return Object.fromEntries(METRICS.filter((name) => read[name] !== undefined).map((name) => [name, read[name]]));
}

/** Milliseconds that a message counts in parts, such as eighths: TCP's estimates have room for fractions. */
function milliseconds(parts: number): Fixed<number> {
  return fixed<number>(
    4,
    (bytes, at) => bytes.readUInt32LE(at) / parts,
    (bytes, at, value) => bytes.writeUInt32LE(Math.round(value * parts), at),
    { words: (value) => [`${value}ms`] },
  );
}

/** Milliseconds, as `ip` says them. */
const inMilliseconds: typeof u32 = { ...u32, words: (value) => [`${value}ms`] };

const yes = bool(u32, ['0', '1']);

const metricRows = {
  mtu: attribute('RTAX_MTU', 2, u32),
  window: attribute('RTAX_WINDOW', 3, u32),
  rtt: attribute('RTAX_RTT', 4, milliseconds(8)),
  rttvar: attribute('RTAX_RTTVAR', 5, milliseconds(4)),
  ssthresh: attribute('RTAX_SSTHRESH', 6, u32),
  cwnd: attribute('RTAX_CWND', 7, u32),
  advmss: attribute('RTAX_ADVMSS', 8, u32),
  reordering: attribute('RTAX_REORDERING', 9, u32),
  hoplimit: attribute('RTAX_HOPLIMIT', 10, u32),
  initcwnd: attribute('RTAX_INITCWND', 11, u32),
  rtoMin: attribute('RTAX_RTO_MIN', 13, inMilliseconds),
  initrwnd: attribute('RTAX_INITRWND', 14, u32),
  quickack: attribute('RTAX_QUICKACK', 15, yes),
  congctl: attribute('RTAX_CC_ALGO', 16, string),
  fastopenNoCookie: attribute('RTAX_FASTOPEN_NO_COOKIE', 17, yes),
};

/** The metrics that iproute2 takes `lock` with. */
export const LOCKABLE = [
  ...(['mtu', 'hoplimit', 'advmss', 'reordering', 'rtt', 'rttvar', 'window', 'cwnd', 'ssthresh', 'congctl'] as const),
  ...(['initcwnd', 'initrwnd'] as const),
] as const;
type LockableMetric = (typeof LOCKABLE)[number];

/** A bit for each metric, by its number. */
const lock = fixed<LockableMetric[] | undefined, readonly string[]>(
  4,
  (bytes, at) => {
    const bits = bytes.readUInt32LE(at);
    const locked = LOCKABLE.filter((name) => bits & (1 << metricRows[name].number));
    return locked.length > 0 ? locked : undefined;
  },
  (bytes, at, names) =>
    bytes.writeUInt32LE(
      names.reduce((bits, name) => bits | (1 << metricRows[name as keyof typeof metricRows].number), 0),
      at,
    ),
);

const features = fixed<Feature[] | undefined, readonly Feature[]>(
  4,
  (bytes, at) => {
    const set = ROUTE_FEATURES.filter((name) => bytes.readUInt32LE(at) & FEATURES[name]);
    return set.length > 0 ? set : undefined;
  },
  (bytes, at, names) =>
    bytes.writeUInt32LE(
      names.reduce((bits, name) => bits | FEATURES[name], 0),
      at,
    ),
  {
    words: (names) => names ?? [],
    constants: ROUTE_FEATURES.map((name) => [`RTAX_FEATURE_${name.toUpperCase()}`, FEATURES[name]]),
  },
);

const all = table({
  lock: attribute('RTAX_LOCK', 1, lock, { word: false }),
  features: attribute('RTAX_FEATURES', 12, features),
  ...metricRows,
  unknownMetrics: others(),
});

/** `RTA_METRICS`. iproute2 says `lock` between the name of a metric and its value. */
export const metrics = flat({
  ...all,
  words: (metrics: Parameters<typeof all.words>[0], names: Parameters<typeof all.words>[1]) => {
    // iproute2 always locks rto_min, and refuses the word `lock` before it.
    const locked = LOCKABLE.filter((name) => metrics.lock?.includes(name)) as readonly string[];
    return Object.entries(all.rows).flatMap(([name, row]) => {
      const words = table({ [name]: row }).words(metrics as never, names);
      return locked.includes(name) ? words.flatMap((word, at) => (at === 0 ? [word, 'lock'] : [word])) : words;
    });
  },
});

/** The metrics as a message has them. `rtoMin` is always locked, as by iproute2. */
export function metricAttributes({ lock = [], ...rest }: RouteMetrics): object {
  const locked = [...lock, ...(rest.rtoMin === undefined ? [] : ['rtoMin'])];
  return { ...rest, ...(locked.length > 0 ? { lock: locked } : {}) };
}

const METRICS: readonly (keyof RouteMetrics)[] = [
  ...(['lock', 'features'] as const),
  ...Object.keys(metricRows).filter((name): name is Exclude<keyof typeof metricRows, 'mtu'> => name !== 'mtu'),
];
