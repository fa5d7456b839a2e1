import { bool, string, u32 } from './scalars.ts';
import { attribute } from './table.ts';

/** What is known of a way, or is to hold for those who use it (`RTAX_*`). */
export interface RouteMetrics {
  window?: number | undefined;
  ssthresh?: number | undefined;
  cwnd?: number | undefined;
  /** The largest segment that is offered to the other end of a TCP connection. */
  advmss?: number | undefined;
  reordering?: number | undefined;
  /** The TTL or hop limit of its packets. */
  hoplimit?: number | undefined;
  initcwnd?: number | undefined;
  /** TCP's least retransmission timeout, in milliseconds. */
  rtoMin?: number | undefined;
  initrwnd?: number | undefined;
  quickack?: boolean | undefined;
  /** TCP's congestion control: `reno`, `cubic` … */
  congctl?: string | undefined;
  fastopenNoCookie?: boolean | undefined;
}

/** Those of a route that were given. */
export function givenMetrics(read: RouteMetrics): RouteMetrics {
  return Object.fromEntries(METRICS.filter((name) => read[name] !== undefined).map((name) => [name, read[name]]));
}

/** Milliseconds, as `ip` says them. */
const inMilliseconds: typeof u32 = { ...u32, words: (value) => [`${value}ms`] };

const yes = bool(u32, ['0', '1']);

export const metricRows = {
  window: attribute('RTAX_WINDOW', 3, u32),
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
const METRICS = Object.keys(metricRows) as (keyof RouteMetrics)[];
