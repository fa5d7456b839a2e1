import type { Namespace } from 'hairpin';

/** Has nftables load these lines. */
export async function load(namespace: Namespace, ...lines: string[]): Promise<void> {
  await namespace.exec('nft', ['-f', '-'], { input: lines.join('\n') });
}

/** Has one hook of the table `inet filter`, with the counters that its rules name. */
export async function filter(
  namespace: Namespace,
  hook: 'prerouting' | 'input' | 'forward' | 'output',
  rules: readonly string[],
  counters: readonly string[] = [],
): Promise<void> {
  await load(
    namespace,
    'table inet filter {',
    ...counters.map((name) => `counter ${name} { }`),
    ...[`chain ${hook} {`, `type filter hook ${hook} priority 0`, ...rules, '}'],
    '}',
  );
}
