import { ipToBytes } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';
import { readProcNetIfAny } from './proc-net.ts';

/** A service of IPVS (`ipvsadm`), which shares out its connections among servers. */
export interface IpvsService {
  /** `TCP`, `UDP`, `SCTP`, or `FWM` for packets with a mark. */
  protocol: string;
  /** As the kernel writes it, `0A000909:0050`; of `FWM` the mark. */
  place: string;
  /** `rr`, `wlc` … */
  scheduler: string;
  /** Of each server. One of 0 gets no new connections (`ip_vs_rr_schedule`). */
  weights: number[];
}

/** The services of IPVS that a namespace has; none without the module. */
export function ipvsServicesOf(namespace: NetNamespace): IpvsService[] {
  return parseIpvsServices(readProcNetIfAny(namespace, 'ip_vs'));
}

/** Three lines of titles; then a line for each service, and below it one for each of its servers (`ip_vs_info_seq_show`). */
export function parseIpvsServices(text: string): IpvsService[] {
  const services: IpvsService[] = [];
  for (const line of text.split('\n').slice(3).filter(Boolean)) {
    const [protocol = '', place = '', scheduler = '', weight] = line.trim().split(/\s+/);
    if (protocol === '->') services.at(-1)?.weights.push(Number(weight));
    else services.push({ protocol, place, scheduler, weights: [] });
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

/**
 * How many new connections a service makes at most until each of its servers got one; 0 where there is no choice. With weights it takes a
 * round of as many as their sum (`ip_vs_wrr_schedule`).
 */
export function connectionsOfRound({ scheduler, weights }: Pick<IpvsService, 'scheduler' | 'weights'>): number {
  const live = weights.filter((weight) => weight > 0);
  if (live.length < 2) return 0;
  if (scheduler === 'rr') return live.length;
  return live.reduce((sum, weight) => sum + weight, 0) / live.reduce(greatestDivisor);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
