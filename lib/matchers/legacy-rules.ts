import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';
import { readOf } from '../lab/programs/exec.ts';
import { type LegacyFamily, legacyTablesOf } from '../netlink/netfilter/packet-filters.ts';

/** A table of the older iptables that has a rule, a chain of its own or a policy, in the words of `iptables-legacy-save -c`. */
interface LegacyRules {
  readonly family: LegacyFamily;
  readonly table: string;
  /** `[0:0] -A INPUT -p tcp -j DROP` for a rule, `:INPUT ACCEPT [0:0]` for a chain. */
  readonly lines: readonly string[];
}

interface LegacyCounter {
  readonly family: LegacyFamily;
  readonly table: string;
  readonly chain: string;
  readonly comment: string | undefined;
  readonly packets: number;
  readonly bytes: number;
}

/**
 * What the older iptables has in a namespace, by family and table: `nft` does not list it. A table that a program only looked at is left
 * out: the kernel makes it then, with empty chains.
 *
 * @throws UsageError where a namespace has such tables, and the program that lists them is not installed
 */
function legacyRulesOf(call: string, namespace: Namespace): LegacyRules[] {
  const present = legacyTablesOf(engineOf(namespace).netns);
  return present
    .map(({ family, table }) => {
      // That of arptables takes no words, and there is one table.
      const words = family === 'arp' ? [] : ['-c', '-t', table];
      const text = readOf(call, namespace, `${family}tables-legacy-save`, words);
      return { family, table, lines: text.split('\n').filter((line) => /^[:[-]/.test(line)) };
    })
    .filter(({ lines }) => !lines.every((line) => /^:\S+ ACCEPT\b/.test(line)))
    .toSorted((one, other) => nameOf(one).localeCompare(nameOf(other), 'en'));
}

/** The same as a text without counters: a heading for each table, such as `# iptables-legacy, table filter`. */
export function legacyRuleset(call: string, namespace: Namespace): string {
  return legacyRulesOf(call, namespace)
    .map(({ lines, ...table }) => [`# ${nameOf(table)}`, ...lines.map(withoutCounters)].join('\n'))
    .join('\n');
}

export function legacyCountersOf(call: string, namespace: Namespace): LegacyCounter[] {
  return legacyRulesOf(call, namespace).flatMap(({ family, table, lines }) =>
    lines.flatMap((line) => {
      const [, packets, bytes, chain = '', rest = ''] = /^\[(\d+):(\d+)\] -A (\S+) (.*)$/.exec(line) ?? [];
      if (packets === undefined) return [];
      const [, quoted, plain] = / --comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(` ${rest}`) ?? [];
      const comment = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
      return [{ family, table, chain, comment, packets: Number(packets), bytes: Number(bytes) }];
    }),
  );
}

function nameOf({ family, table }: Pick<LegacyRules, 'family' | 'table'>): string {
  return `${family}tables-legacy, table ${table}`;
}

function withoutCounters(line: string): string {
  return line.startsWith(':') ? line.replace(/ \[\d+:\d+\]$/, '') : line.replace(/^\[\d+:\d+\] /, '');
}
