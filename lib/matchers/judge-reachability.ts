import type { Namespace } from '../lab/index.ts';
import { askIcmp } from '../probes/ask-icmp.ts';
import { echoLimitWords } from '../probes/echo-limit.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import type { PairResult, ReachabilityMatrix } from '../probes/reachability.ts';
import { limitOfTarget, whyNobodyAnswers } from '../probes/self-question.ts';
import { mayHaveCome } from '../trace/may-have-come.ts';
import { standInOf } from '../trace/stand-in.ts';
import type { Family } from '../wire/ip-address.ts';
import { correctByTaps } from './correct-by-taps.ts';
import type { Cell, ReachabilityTable } from './reachability-table.ts';

/** A pair of the table, and what became of its question. */
export interface Judged {
  from: string;
  to: string;
  cell: Cell;
  result: PairResult;
  verdict: 'right' | 'wrong' | 'inconclusive';
  /** Why an answer says nothing. */
  doubt?: string;
}

/**
 * The addresses of those whose silence the assertion rests on, and who do not even answer themselves, with what is the
 * matter there. Without `.not` it rests on the crosses, with it on the ticks.
 */
export async function silentTargets(
  { namespaces, cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  { family, isNot }: { family: Family; isNot: boolean },
): Promise<Map<string, string>> {
  const silent = new Map<string, string>();
  const decisive = isNot ? '✓' : '✗';
  for (const [column, namespace] of namespaces.entries()) {
    // A host with several addresses is asked at another one by those on another subnet, and may answer at only some of them.
    const asked = new Map<string, Namespace>();
    for (const [row, from] of namespaces.entries()) {
      const result = cells[row]?.[column] === decisive ? results[row]?.[column] : undefined;
      if (result?.outcome === 'lost' && !asked.has(result.address)) asked.set(result.address, from);
    }
    for (const [address, from] of asked) {
      const reason = await whyNobodyAnswers({ from, to: { address, namespace }, family }, 'icmp', askIcmp);
      if (reason) silent.set(address, reason);
    }
  }
  return silent;
}

/** Only a program can have seen to it that something else left than the routes say, or nothing. */
export function correctMatrix(
  { cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  since: bigint,
): ReachabilityMatrix {
  return results.map((all, row) =>
    all.map((result, column) => result && correctByTaps(result, since, cells[row]?.[column] === '✗')),
  );
}

export function judgePairs(
  { namespaces, cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  silent: ReadonlyMap<string, string>,
  { since, isNot, because }: { since: bigint; isNot: boolean; because: unknown },
): Judged[] {
  return namespaces.flatMap((from, row) =>
    namespaces.flatMap((to, column) => {
      const [cell, result] = [cells[row]?.[column], results[row]?.[column]];
      if (cell === undefined || cell === '.' || !result) return [];
      const pair = { from: from.name, to: to.name, cell, result };
      const isDecisive = cell === (isNot ? '✓' : '✗') && result.outcome === 'lost' && because === undefined;
      const mute = isDecisive ? (silent.get(result.address) ?? limitFor(result, since)) : undefined;
      if (mute) return [{ ...pair, verdict: 'inconclusive', doubt: mute }];
      const { question, recognize } = result;
      const other =
        result.outcome === 'answered' ? standInOf(question, recognize, { wanted: 'namespace', since }) : undefined;
      if (!other) return [{ ...pair, verdict: verdictOn(cell, result, isNot) }];
      return [{ ...pair, verdict: 'inconclusive', doubt: `it answered, but ${other.namespace} ${other.how}` }];
    }),
  );
}

/** A limit of the target's answers can be the reason only if a probe may have come to the target. */
function limitFor({ question, recognize }: PairResult, since: bigint): string | undefined {
  const limit = limitOfTarget(question, 'icmp');
  return limit && mayHaveCome(limit.namespace, recognize, since) ? echoLimitWords(limit) : undefined;
}

/** A probe that never left says nothing of the network: it is no reason to pass, but one to fail. */
function verdictOn(cell: Cell, { outcome }: ProbeResult, isNot: boolean): Judged['verdict'] {
  if (outcome === 'answered') return cell === '✓' ? 'right' : 'wrong';
  if (outcome === 'broken') return 'inconclusive';
  if (outcome === 'unsent') return cell === '✓' && !isNot ? 'wrong' : 'inconclusive';
  return cell === '✓' ? 'wrong' : 'right';
}

export function cellOf({ namespaces, cells }: ReachabilityTable, from: Namespace, to: Namespace): Cell | undefined {
  return cells[namespaces.indexOf(from)]?.[namespaces.indexOf(to)];
}
