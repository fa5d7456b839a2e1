import { appendFileSync } from 'node:fs';

/** The file that this process and its siblings add to; for `hairpin kernels config`. */
export const FEATURES_FILE = 'HAIRPIN_FEATURES';

/** Read once: each read of the environment asks libc. */
const file = process.env[FEATURES_FILE];
const noted = new Set<string>();

/**
 * Notes that something of the kernel's is used that a kernel may lack: `link macvlan`, `qdisc netem`. Where nobody asks
 * for it, it is nothing. It is noted before it is tried, so that what this kernel lacks is among it.
 */
export function noteFeature(feature: string): void {
  if (!file || noted.has(feature)) return;
  noted.add(feature);
  // A line is written in one go, whoever else writes (O_APPEND); it is there even if the worker is killed next.
  appendFileSync(file, `${feature}\n`);
}

/** What a program of iproute2's or nftables' is about to use, by its arguments. */
export function noteProgram(program: string, args: readonly string[]): void {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const after = (word: string) => args[args.indexOf(word) + 1];
  if (name === 'nft') noteFeature('packet filter');
  else if (name === 'ip' && args.includes('add') && args.includes('type')) noteFeature(`link ${after('type')}`);
  else if (name === 'tc' && args[0] === 'qdisc') {
    // tc qdisc add dev eth0 [root|ingress|parent …|handle …] kind …
    const kind = args.find((word) => ['ingress', 'netem', 'tbf', 'htb', 'clsact', 'fq', 'fq_codel'].includes(word));
    if (kind) noteFeature(`qdisc ${kind}`);
  }
}
