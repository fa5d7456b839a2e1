import { ipToBytes } from '../../wire/ip-address.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNetIfAny } from './proc-net.ts';

/** A service of IPVS (`ipvsadm`), which shares out its connections among servers. */
interface IpvsService {
  /** `TCP`, `UDP`, `SCTP`, or `FWM` for packets with a mark. */
  protocol: string;
  /** As the kernel writes it, `0A000909:0050`; of `FWM` the mark. */
  place: string;
  /** `rr`, `wlc` … */
  scheduler: string;
  /** Of each server. One of 0 gets no new connections (`ip_vs_rr_schedule`). */
  weights: number[];
  /** How many connections each server has. One that is not established, or no longer, counts as a 256th (`ip_vs_dest_conn_overhead`). */
  loads: number[];
}

/** The services of IPVS that a namespace has; none without the module. */
export function ipvsServicesOf(namespace: NetNamespace): IpvsService[] {
  return parseIpvsServices(readProcNetIfAny(namespace, 'ip_vs'));
}

/** Three lines of titles; then a line for each service, and below it one for each of its servers (`ip_vs_info_seq_show`). */
export function parseIpvsServices(text: string): IpvsService[] {
  const services: IpvsService[] = [];
  for (const line of text.split('\n').slice(3).filter(Boolean)) {
    const [protocol = '', place = '', scheduler = '', weight, active, inactive] = line.trim().split(/\s+/);
    if (protocol !== '->') {
      services.push({ protocol, place, scheduler, weights: [], loads: [] });
      continue;
    }
    services.at(-1)?.weights.push(Number(weight));
    services.at(-1)?.loads.push(Number(active) + Number(inactive) / 256);
  }
  return services;
}

/** Whether a packet may be for a service: it has its address and port, or any port, or perhaps its mark. */
export function isForService(
  { protocol, place }: IpvsService,
  packet: { protocol: string; address: string; port: number },
): boolean {
  const hex = (number: number, digits: number) => number.toString(16).toUpperCase().padStart(digits, '0');
  const bytes = ipToBytes(packet.address);
  const address =
    bytes.length === 4
      ? hex(bytes.readUInt32BE(), 8)
      : `[${bytes.toString('hex').replaceAll(/(?<=^(.{4})+)(?=.)/g, ':')}]`;
  const isAtPort = [packet.port, 0].some((port) => place === `${address}:${hex(port, 4)}`);
  return protocol === 'FWM' || (protocol === packet.protocol.toUpperCase() && isAtPort);
}

/** These share connections out by a hash of their ports, if their flags say so (`sh-port`, `mh-port`), or by chance. */
const BY_CHANCE = new Set(['sh', 'mh', 'twos']);
/** These give a connection to the server with the fewest connections for its weight. */
const BY_LOAD = new Set(['lc', 'wlc', 'sed', 'nq', 'lblc', 'lblcr']);
/** In so many cases of one, a server of those has got none. */
const MISSED = 0.02;

/**
 * How many new connections a service makes at most until each of its servers got one; 0 where there is no choice. With weights it takes a
 * round of as many as their sum (`ip_vs_wrr_schedule`), and more where other servers first get as many connections as a server has.
 */
export function connectionsOfRound({
  scheduler,
  weights,
  loads,
}: Pick<IpvsService, 'scheduler' | 'weights' | 'loads'>): number {
  const live = weights.flatMap((weight, at) => (weight > 0 ? { weight, load: loads[at] ?? 0 } : []));
  if (live.length < 2) return 0;
  if (scheduler === 'rr') return live.length;
  const all = live.map(({ weight }) => weight);
  const sum = total(all);
  const round = sum / all.reduce(greatestDivisor);
  if (BY_CHANCE.has(scheduler))
    return Math.max(round, Math.ceil(Math.log(MISSED) / Math.log(1 - Math.min(...all) / sum)));
  // A server overflows only when it has more connections than its weight (ip_vs_ovf_schedule).
  if (scheduler === 'ovf') return sum + live.length;
  if (!BY_LOAD.has(scheduler)) return round;
  const most = Math.max(...live.map(({ weight, load }) => load / weight));
  return Math.ceil(round + most * sum - total(live.map(({ load }) => load)));
}

function total(all: readonly number[]): number {
  return all.reduce((sum, each) => sum + each, 0);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
