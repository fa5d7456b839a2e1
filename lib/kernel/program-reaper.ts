/**
 * A program of its own: the {@link Reaper} of a thread's labs. It ends what a thread that has ended left of their
 * programs. Its orders are `+ mark 4611…`, `+ network 4026…`, and the same with `-`.
 */

import { endPrograms } from './end-programs.ts';
import { readOrders } from './reaper.ts';

/** How long it tries, in milliseconds. */
const DEADLINE = 30_000;

const signs = new Set<string>();
for (const line of readOrders()) {
  const sign = line.slice(2);
  if (line.startsWith('+')) signs.add(sign);
  else signs.delete(sign);
}
const numbersOf = (kind: string) =>
  [...signs].filter((sign) => sign.startsWith(`${kind} `)).map((sign) => sign.slice(kind.length + 1));
await endPrograms(
  { networks: new Set(numbersOf('network').map(Number)), marks: new Set(numbersOf('mark').map(BigInt)) },
  DEADLINE,
);
