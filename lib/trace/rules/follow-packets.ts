import type { Namespace } from '../../lab/index.ts';
import type { Reply } from '../../netlink/message.ts';
import { decodeLog, type LoggedPacket } from '../../netlink/netfilter/nf-log.ts';
import type { ChainPlace, HookName } from '../../netlink/netfilter/nf-tables.ts';
import { decodeTrace, type NftTrace, type SeenPacket } from '../../netlink/netfilter/nft-trace.ts';
import { frameContent, frameIdentity } from '../../wire/frame-identity.ts';
import { endChain, TRACE_TABLE } from './trace-table.ts';

/** What a rule of nftables, or the policy of a chain, made of a packet. */
export interface NftStep extends NftTrace {
  by: 'nft';
  /** The chain with the hook, from which this one may have been jumped to. */
  base: ChainPlace;
  /** The packet as it came to the base chain. */
  seen: SeenPacket;
}

/** A rule of iptables-legacy that a packet matched, or the policy that it came to. What it decided nobody says. */
export interface LegacyStep {
  by: 'legacy';
  program: 'iptables-legacy' | 'ip6tables-legacy';
  table: string;
  chain: string;
  /** Its number in the chain, from 1; undefined for the policy. */
  rule: number | undefined;
  hook: HookName;
  seen: SeenPacket;
}

export type Step = NftStep | LegacyStep;

/** One packet's way through the packet filters of one namespace. */
export interface TracedPacket {
  namespace: Namespace;
  /** In order. Rules of hairpin's own are left out. */
  steps: Step[];
  /** The packet as it came to each chain, hairpin's own included: first as it came to the namespace, last as it got furthest. */
  seen: SeenPacket[];
  /** Who took it; undefined where the rules let it through, as far as it came. */
  taker: Step | undefined;
}

/** Sorts what was heard in one namespace by packets. */
export function followPackets(namespace: Namespace, heard: readonly Reply[]): TracedPacket[] {
  const followed = new Followed();
  for (const reply of heard) {
    const trace = decodeTrace(reply);
    const logged = trace ? undefined : decodeLog(reply);
    if (trace) followed.addTrace(trace);
    else if (logged) followed.addLog(logged);
  }
  return followed.packets.map(({ steps, seen, passed }) => ({ namespace, steps, seen, taker: takerOf(steps, passed) }));
}

interface Packet {
  steps: Step[];
  seen: SeenPacket[];
  /** The chain that it is in. */
  base: ChainPlace | undefined;
  /** The chains with a hook that it has come to. */
  visited: Set<string>;
  /** The hooks that it has got through, with how many steps it had taken by then. */
  passed: Map<HookName, number>;
}

class Followed {
  readonly packets: Packet[] = [];
  readonly #byNumber = new Map<number, Packet>();

  addTrace(trace: NftTrace): void {
    const isOwn = trace.table === TRACE_TABLE;
    if (trace.seen) this.#come(trace, trace.seen, isOwn);
    const packet = this.#byNumber.get(trace.packet);
    const seen = packet?.seen.at(-1);
    if (!packet?.base || !seen || isOwn) return;
    // Of a packet that a rule has taken away (`fwd`) the kernel tells the rule alone: the chain it was in is hairpin's still.
    const { family, table, chain } = trace;
    const isInBase = packet.base.family === family && packet.base.table === table;
    packet.steps.push({ ...trace, by: 'nft', base: isInBase ? packet.base : { family, table, chain }, seen });
  }

  addLog({ prefix, hook, seen }: LoggedPacket): void {
    const [, table = '', chain = '', kind, number] =
      /^TRACE: ([^:]+):(.+):(rule|policy|return):(\d+) /.exec(prefix) ?? [];
    if (kind === undefined) return;
    const identity = frameIdentity(seen.frame);
    const packet = this.packets.findLast((each) =>
      each.seen.some(({ frame }) => identity.startsWith(frameIdentity(frame))),
    );
    const isIpv6 = (seen.frame[14] ?? 0) >> 4 === 6;
    packet?.seen.push(seen);
    packet?.steps.push({
      by: 'legacy',
      program: isIpv6 ? 'ip6tables-legacy' : 'iptables-legacy',
      table,
      chain,
      rule: kind === 'policy' ? undefined : Number(number),
      hook,
      seen,
    });
  }

  /** A packet comes to a base chain. */
  #come(trace: NftTrace, seen: SeenPacket, isOwn: boolean): void {
    const { family, table, chain } = trace;
    const name = `${family} ${table} ${chain}`;
    // What a host sends begins at its output.
    const begins = isOwn && chain === 'output' && family !== 'bridge';
    // Numbers come again, and change with the addresses. A packet comes to each chain but once; a flood's copies differ.
    const known = [this.#byNumber.get(trace.packet), this.packets.findLast((each) => isSamePacket(each, seen.frame))];
    const same = known.find((each) => each && !each.visited.has(name) && isSamePacket(each, seen.frame));
    const packet = same && !begins ? same : this.#begin();
    this.#byNumber.set(trace.packet, packet);
    packet.base = { family, table, chain };
    packet.seen.push(seen);
    packet.visited.add(name);
    if (!isOwn) return;
    const hook = HOOKS_WITH_END.find((each) => endChain(each) === chain);
    if (hook) packet.passed.set(hook, packet.steps.length);
  }

  #begin(): Packet {
    const packet: Packet = { steps: [], seen: [], base: undefined, visited: new Set(), passed: new Map() };
    this.packets.push(packet);
    return packet;
  }
}

const HOOKS_WITH_END: readonly HookName[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

/** Its addresses may have been translated since. */
function isSamePacket({ seen }: Packet, frame: Buffer): boolean {
  const last = seen.at(-1)?.frame ?? frame;
  const content = frameContent(frame);
  return frameIdentity(last) === frameIdentity(frame) || (content !== undefined && content === frameContent(last));
}

function takerOf(steps: readonly Step[], passed: ReadonlyMap<HookName, number>): Step | undefined {
  const last = steps.at(-1);
  if (last?.by === 'nft') return last.verdict === 'accept' || last.verdict === 'go on' ? undefined : last;
  return last && passed.get(last.hook) !== steps.length ? last : undefined;
}
