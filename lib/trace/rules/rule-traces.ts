import { hasCode, unlessCode } from '../../base/has-code.ts';
import { ResourceStack } from '../../base/resource-stack.ts';
import { readSysctls, writeSysctl } from '../../kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Lab, Namespace } from '../../lab/index.ts';
import type { FilterFamily } from '../../netlink/netfilter/netfilter.ts';
import { NetfilterSocket } from '../../netlink/netfilter/netfilter-socket.ts';
import { listenToLog } from '../../netlink/netfilter/nf-log.ts';
import { deleteTable } from '../../netlink/netfilter/nf-tables.ts';
import { NFNLGRP_NFTRACE } from '../../netlink/netfilter/nft-trace.ts';
import { filtersOf } from '../../netlink/netfilter/packet-filters.ts';
import type { Request } from '../../netlink/request.ts';
import { followPackets, type TracedPacket } from './follow-packets.ts';
import { TRACE_TABLE, type TracedSigns, traceTable } from './trace-table.ts';

/** The logger of IPv4, by its number (`AF_INET`), and of IPv6: where iptables-legacy's traces go. */
const LOGGERS = ['net/netfilter/nf_log/2', 'net/netfilter/nf_log/10'];
/** `trace_loginfo` names no group, so it is the default one (`nfulnl_log_packet`). */
const LOG_GROUP = 0;

/**
 * Has the kernel tell what packet filters make of the packets of a question, rule by rule, as long as it lives. Every
 * namespace of the lab that has packet filters gets tables of hairpin's own, since the trace bit does not survive the way
 * from one to the next (`skb_scrub_packet`). They belong to a socket: when the process ends in whatever way, so do they.
 */
export class RuleTraces implements Disposable {
  readonly #watched: readonly Watched[];
  readonly #resources: ResourceStack;

  private constructor(watched: readonly Watched[], resources: ResourceStack) {
    this.#watched = watched;
    this.#resources = resources;
  }

  /**
   * @param namespaces those that have packet filters: {@link filteringIn}
   * @param signs what the question's packets are known by
   */
  static start(namespaces: readonly Namespace[], signs: TracedSigns): RuleTraces {
    using resources = new ResourceStack();
    const watched = namespaces.map((namespace) => resources.use(Watched.start(namespace, signs)));
    return new RuleTraces(watched, resources.move());
  }

  /** What became of each packet in each namespace since. */
  take(): Told {
    const told = this.#watched.map((each) => ({ each, packets: each.take() }));
    return {
      packets: told.flatMap(({ packets = [] }) => packets),
      silent: told.flatMap(({ each, packets }) => (packets && !each.missesLegacyRules ? [] : [each.namespace])),
    };
  }

  /** Takes hairpin's tables away. */
  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]();
  }
}

/** What was heard of the packet filters of a lab. */
export interface Told {
  packets: readonly TracedPacket[];
  /** Whose packet filters nobody told of. */
  silent: readonly Namespace[];
}

export function filteringIn(lab: Lab): Namespace[] {
  // Nobody but a program can have made any.
  return engineOf(lab).isPristine ? [] : lab.namespaces.filter(hasFilters);
}

function hasFilters(namespace: Namespace): boolean {
  const { nftables, legacy } = filtersOf(engineOf(namespace).netns);
  return nftables.length + legacy.length > 0;
}

/** One namespace of those that are listened to. */
class Watched implements Disposable {
  readonly namespace: Namespace;
  /** Whether rules of iptables-legacy say nothing. */
  missesLegacyRules = false;
  readonly #socket: NetfilterSocket;
  /** The families that hairpin has a table of. */
  readonly #families: FilterFamily[] = [];
  /** Who logged packets before. */
  readonly #loggers = new Map<string, string>();

  private constructor(namespace: Namespace) {
    this.namespace = namespace;
    this.#socket = new NetfilterSocket(engineOf(namespace).netns);
  }

  static start(namespace: Namespace, signs: TracedSigns): Watched {
    using resources = new ResourceStack();
    const watched = resources.use(new Watched(namespace));
    watched.#listen(signs);
    resources.move();
    return watched;
  }

  /** Undefined where nothing is known: the kernel traces nothing here, or more than could be heard. */
  take(): TracedPacket[] | undefined {
    const heard = this.#socket.take();
    return heard && this.#families.length > 0 ? followPackets(this.namespace, heard) : undefined;
  }

  [Symbol.dispose](): void {
    using socket = this.#socket;
    for (const [name, logger] of this.#loggers) writeSysctl(engineOf(this.namespace).netns, name, logger);
    transact(
      socket,
      this.#families.map((family) => deleteTable({ family, table: TRACE_TABLE })),
    );
  }

  #listen(signs: TracedSigns): void {
    const { nftables, legacy } = filtersOf(engineOf(this.namespace).netns);
    this.#socket.join(NFNLGRP_NFTRACE);
    const devices = this.namespace.interfaces.map(({ name }) => name);
    for (const family of familiesToTrace(nftables, legacy))
      if (transact(this.#socket, traceTable(family, signs, devices))) this.#families.push(family);
    // Nothing tells of the rules of ebtables-legacy (ebt_do_table).
    if (legacy.length > 0) this.missesLegacyRules = !this.#listenToLegacy() || legacy.includes('eb');
  }

  /**
   * iptables-legacy logs where it would trace (`nf_log_trace`). The listener comes first: with it comes the logger's module.
   *
   * @returns false where a program has the group (`EBUSY`), /proc/sys is read-only, or the kernel has no such log
   */
  #listenToLegacy(): boolean {
    const { netns } = engineOf(this.namespace);
    try {
      this.#socket.change(listenToLog(LOG_GROUP));
      for (const [name, before] of readSysctls(netns, LOGGERS)) {
        this.#loggers.set(name, before);
        writeSysctl(netns, name, 'nfnetlink_log');
      }
      return this.#loggers.size > 0;
    } catch (error) {
      if (hasCode(error, 'EBUSY', 'EINVAL', 'EOPNOTSUPP', 'EROFS', 'EACCES', 'EPERM', 'ENOENT')) {
        this.#loggers.clear();
        return false;
      }
      throw error;
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
function transact(socket: NetfilterSocket, requests: readonly Request[]): boolean {
  if (requests.length === 0) return false;
  const add = () => {
    socket.transact(requests);
    return true;
  };
  return unlessCode(['EOPNOTSUPP', 'ENOENT', 'EINVAL', 'EAFNOSUPPORT'], add, false);
}
