/**
 * A program of its own: the {@link Reaper} of a thread's labs. It ends what a thread that has ended left of their
 * programs. Its orders are `+ mark 4611…`, `+ network 4026… 17…` (the inode and the cookie), and the same with `-`.
 */

import { networkCookieOf } from '../namespaces/network-cookie.ts';
import { networkOf } from '../namespaces/network-of.ts';
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
  [...signs].map((sign) => sign.split(' ')).flatMap(([name, ...numbers]) => (name === kind ? [numbers] : []));
const marks = new Set(numbersOf('mark').map(([mark]) => BigInt(mark as string)));
const cookies = new Map(numbersOf('network').map(([inode, cookie]) => [Number(inode), BigInt(cookie as string)]));

/** Nobody holds the networks any more, so their inodes' numbers may be others' by now. */
function isIn(pid: number): boolean {
  const cookie = cookies.get(networkOf(pid));
  return cookie !== undefined && networkCookieOf(pid) === cookie;
}

await endPrograms({ isIn, marks }, DEADLINE);
