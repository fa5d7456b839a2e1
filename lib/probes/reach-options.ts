import { checkBoolean, checkInteger, checkMilliseconds, checkOneOf, checkOptions } from '../base/validate.ts';
import { type Interface, UsageError } from '../lab/index.ts';
import type { Family } from '../wire/ip-address.ts';
import { PROBE_DATA } from './probe-data.ts';

const WAYS = ['icmp', 'tcp', 'udp', 'arp', 'nd'] as const;

/** What a probe is told from all others by takes its room; the longest IPv4 packet has 28 bytes of headers. */
const [SMALLEST, LARGEST] = [PROBE_DATA, 65507];

/** The family that a way asks over, where it has only one (RFC 826, RFC 4861). */
const ONLY_FAMILY: Partial<Record<(typeof WAYS)[number], Family>> = { arp: 4, nd: 6 };

/** How to ask whether a host reaches another. */
export interface ReachOptions {
  /** An echo, a TCP connection, a UDP datagram and its answer, an ARP request, or a neighbour solicitation. @default 'icmp' */
  by?: (typeof WAYS)[number];
  /**
   * With 6, two hosts on one link that were given no IPv6 address use their link-local addresses.
   *
   * @default 4 if the target has an IPv4 address, else 6
   */
  family?: Family;
  /** The interface or address to ask from. @default the kernel's choice */
  from?: Interface | string;
  /**
   * `tcp`, `udp`: the port. A program that listens there in the target answers (over UDP it must send something back). If
   * none does, hairpin listens there during the question. @default one that hairpin opens
   */
  port?: number;
  /** `tcp`, `udp`: whether hairpin may open a listener. With false, a port without one refuses. @default true */
  listen?: boolean;
  /**
   * `icmp`, `udp`: bytes of data in the probe, as in `ping -s`. The probe may then not be fragmented, as with
   * `ping -M do`. 1472 fill a packet of 1500 bytes over IPv4, 1452 over IPv6. With UDP the answer is short.
   *
   * @default 16, and it may be fragmented
   */
  size?: number;
  /** `kept`: ask with the neighbour tables as they are. `cold`: empty those of both ends first. @default 'cold' */
  neighbours?: 'cold' | 'kept';
}

const REACH_OPTIONS = ['by', 'family', 'from', 'port', 'listen', 'size', 'neighbours'] as const;

/** Checks the options; for the matcher, before anything is sent. */
export function checkReachOptions(call: string, options: ReachOptions, more: readonly string[] = []): void {
  checkOptions(call, options, [...REACH_OPTIONS, ...more]);
  const { by = 'icmp', family, port, listen, size, neighbours } = options;
  checkOneOf(call, 'by', by, WAYS);
  if (family !== undefined) checkOneOf(call, 'family', family, [4, 6]);
  checkInteger(call, 'port', port, 1, 65535);
  checkInteger(call, 'size', size, SMALLEST, LARGEST);
  if (neighbours !== undefined) checkOneOf(call, 'neighbours', neighbours, ['cold', 'kept']);
  checkBoolean(call, 'listen', listen);
  const hasPort = by === 'tcp' || by === 'udp';
  if (port !== undefined && !hasPort) {
    const mend = options.by === undefined ? "add by: 'tcp' or 'udp'" : `received by: '${by}'`;
    throw new UsageError(`${call}: port belongs to by: 'tcp' and 'udp': ${mend}`);
  }
  if (listen !== undefined && !hasPort)
    throw new UsageError(`${call}: listen belongs to by: 'tcp' and 'udp': received by: '${by}'`);
  if (size !== undefined && by !== 'icmp' && by !== 'udp')
    throw new UsageError(`${call}: size belongs to by: 'icmp' and 'udp': received by: '${by}'`);
  if (listen === false && port === undefined) throw new UsageError(`${call}: listen: false needs a port to ask at`);
  const only = ONLY_FAMILY[by];
  if (only !== undefined && family !== undefined && family !== only)
    throw new UsageError(`${call}: by: '${by}' asks over IPv${only}: received family: ${family}`);
}

/** The options with the family that the way asks over. */
export function familyOfQuestion(options: ReachOptions): ReachOptions {
  const only = options.by && ONLY_FAMILY[options.by];
  return only === undefined ? options : { ...options, family: only };
}

export function checkWithin(call: string, { within, hold }: { within?: unknown; hold?: unknown }): void {
  checkMilliseconds(call, 'within', within);
  checkMilliseconds(call, 'hold', hold);
}
