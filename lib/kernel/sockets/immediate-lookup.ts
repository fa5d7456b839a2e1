import dns from 'node:dns';
import { isIP } from 'node:net';

type Callback = (error: Error | null, address: unknown, family?: number) => void;

/**
 * Runs a function with `dns.lookup` answering for IP addresses at once. Node looks even addresses up, and calls back in
 * a later tick: a server's `listen(port, host)` would be made outside of the namespace in which it was asked for.
 */
export function withImmediateLookup<T>(fn: () => T): T {
  const { lookup } = dns;
  const immediate = (hostname: string, options: unknown, callback?: Callback) => {
    const done = (callback ?? options) as Callback;
    const family = isIP(hostname);
    if (family === 0) return lookup(hostname, options as never, callback as never);
    const all = typeof options === 'object' && options !== null && 'all' in options && options.all === true;
    return all ? done(null, [{ address: hostname, family }]) : done(null, hostname, family);
  };
  dns.lookup = immediate as typeof dns.lookup;
  try {
    return fn();
  } finally {
    dns.lookup = lookup;
  }
}
