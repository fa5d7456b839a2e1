import { KernelError } from '../../kernel/kernel-error.ts';
import { readSysctl, writeSysctl } from '../../kernel/sysctl.ts';
import type { Lab, Namespace } from '../../lab/index.ts';
import type { FilterFamily } from '../../netlink/netfilter.ts';
import { NetfilterSocket } from '../../netlink/netfilter-socket.ts';
import { listenToLog } from '../../netlink/nf-log.ts';
import { deleteTable } from '../../netlink/nf-tables.ts';
import { NFNLGRP_NFTRACE } from '../../netlink/nft-trace.ts';
import { filtersOf } from '../../netlink/packet-filters.ts';
import type { Message } from '../../netlink/raw.ts';
import type { ProbeSigns } from '../../probes/patience.ts';
import { followPackets, type TracedPacket } from './follow-packets.ts';
import { TRACE_TABLE, traceTable } from './trace-table.ts';

/** The logger of IPv4, by its number (`AF_INET`), and of IPv6: where iptables-legacy's traces go. */
const LOGGERS = ['net/netfilter/nf_log/2', 'net/netfilter/nf_log/10'];
/** `trace_loginfo` names no group, so it is the default one (`nfulnl_log_packet`). */
const LOG_GROUP = 0;

/**
 * Has the kernel tell what packet filters make of the packets of a question, rule by rule, as long as it lives. Every
 * namespace of the lab that has packet filters gets tables of hairpin's own, since the trace bit does not survive the way
 * from one to the next (`skb_scrub_packet`). They belong to a socket: when the process ends in whatever way, so do they.
 */
export class RuleTraces {
  readonly #watched: readonly Watched[];

  private constructor(watched: readonly Watched[]) {
    this.#watched = watched;
  }

  /**
   * @param namespaces those that have packet filters: {@link filteringIn}
   * @param signs what the question's packets are known by
   */
  static start(namespaces: readonly Namespace[], signs: ProbeSigns): RuleTraces {
    return new RuleTraces(namespaces.map((namespace) => Watched.start(namespace, signs)));
  }

  /** Ends it: what became of each packet in each namespace. Only once. */
  stop(): Told {
    const told = this.#watched.map((each) => ({ namespace: each.namespace, packets: each.stop() }));
    return {
      packets: told.flatMap(({ packets = [] }) => packets),
      silent: told.flatMap(({ namespace, packets }) => (packets ? [] : [namespace])),
    };
  }
}

/** What was heard of the packet filters of a lab. */
export interface Told {
  packets: readonly TracedPacket[];
  /** Whose packet filters nobody told of. */
  silent: readonly Namespace[];
}

/** The namespaces of a lab that have packet filters. */
export function filteringIn(lab: Lab): Namespace[] {
  // Nobody but a program can have made any.
  return lab.isPristine ? [] : lab.namespaces.filter(hasFilters);
}

function hasFilters({ handle }: Namespace): boolean {
  const { nftables, legacy } = filtersOf(handle);
  return nftables.length + legacy.length > 0;
}

/** One namespace of those that are listened to. */
class Watched {
  readonly namespace: Namespace;
  readonly #socket: NetfilterSocket;
  readonly #tables: readonly FilterFamily[];
  /** Who logged packets before. */
  readonly #loggers = new Map<string, string>();

  private constructor(namespace: Namespace, socket: NetfilterSocket, tables: readonly FilterFamily[]) {
    this.namespace = namespace;
    this.#socket = socket;
    this.#tables = tables;
  }

  static start(namespace: Namespace, signs: ProbeSigns): Watched {
    const filters = filtersOf(namespace.handle);
    const socket = new NetfilterSocket(namespace.handle);
    try {
      socket.join(NFNLGRP_NFTRACE);
      const families = familiesToTrace(filters.nftables, filters.legacy);
      const devices = namespace.interfaces.map(({ name }) => name);
      const tables = families.filter((family) => transact(socket, traceTable(family, signs, devices)));
      const watched = new Watched(namespace, socket, tables);
      if (filters.legacy.length > 0) watched.#listenToLegacy();
      return watched;
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
  }

  /** Undefined where nothing is known: the kernel traces nothing here, or more than could be heard. */
  stop(): TracedPacket[] | undefined {
    using socket = this.#socket;
    for (const [name, logger] of this.#loggers) writeSysctl(this.namespace.handle, name, logger);
    const heard = socket.take();
    transact(
      socket,
      this.#tables.map((family) => deleteTable({ family, table: TRACE_TABLE })),
    );
    return heard && this.#tables.length > 0 ? followPackets(this.namespace, heard) : undefined;
  }

  /** iptables-legacy logs where it would trace (`nf_log_trace`). The listener comes first: with it comes the logger's module. */
  #listenToLegacy(): void {
    const { handle } = this.namespace;
    try {
      this.#socket.change(listenToLog(LOG_GROUP), 'listening to packet logs');
      for (const name of LOGGERS) {
        const before = readSysctl(handle, name);
        writeSysctl(handle, name, 'nfnetlink_log');
        this.#loggers.set(name, before);
      }
    } catch (error) {
      // A program has the group (EBUSY), the kernel has no such log, or /proc/sys is read-only: then nothing is heard of them.
      if (!(error instanceof KernelError) && !(error instanceof Error && 'code' in error)) throw error;
    }
  }
}

/** The families that hairpin's tables must be of, for all of a namespace's rules to be told of. */
function familiesToTrace(nftables: readonly FilterFamily[], legacy: readonly string[]): FilterFamily[] {
  const has = (...families: FilterFamily[]) => families.some((family) => nftables.includes(family));
  return [
    // What a host sends begins here, whatever the egress of its devices makes of it.
    ...(legacy.length > 0 || has('ip', 'ip6', 'inet', 'netdev') ? ['inet' as const] : []),
    ...(has('arp', 'netdev') ? ['arp' as const] : []),
    ...(has('bridge') ? ['bridge' as const] : []),
    // Chains of inet may have the hook ingress as well.
    ...(has('netdev', 'inet') ? ['netdev' as const] : []),
  ];
}

/** False where this kernel does not have what it takes: a family, owned tables (5.12). */
function transact(socket: NetfilterSocket, requests: readonly Message[]): boolean {
  if (requests.length === 0) return false;
  try {
    socket.transact(requests, 'tracing packet filters');
    return true;
  } catch (error) {
    if (error instanceof KernelError && ['EOPNOTSUPP', 'ENOENT', 'EINVAL', 'EAFNOSUPPORT'].includes(error.code))
      return false;
    throw error;
  }
}
