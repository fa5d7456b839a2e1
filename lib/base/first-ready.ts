/**
 * Until the first of some waits is over. The rest is called off, each alone: others who wait at the same sockets go on waiting.
 *
 * @param waits begin a wait, which the signal ends
 * @example await firstReady(sockets.map((socket) => (signal) => socket.readable(100, signal)));
 */
export async function firstReady(waits: readonly ((signal: AbortSignal) => Promise<unknown>)[]): Promise<void> {
  const rest = new AbortController();
  try {
    await Promise.race(waits.map((wait) => wait(rest.signal)));
  } finally {
    rest.abort();
  }
}
