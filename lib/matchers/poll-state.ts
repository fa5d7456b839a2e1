import { now, sleep } from '../kernel/clock.ts';
import { watcher } from '../lab/engines/watcher.ts';
import type { StateTimes } from './state-message.ts';

/** A state that no event tells of. */
interface PolledState<T> {
  look: () => T;
  /** Whether it is as it is wanted, with or without `.not`. */
  isSo: (seen: T) => boolean;
  times: StateTimes;
  isNot: boolean;
  isHopeless: () => boolean;
  /** Milliseconds between two looks. */
  every: number;
}

/** What came of the last look. */
interface Polled<T> {
  holds: boolean;
  seen: T;
  looks: number;
  /** In milliseconds. */
  took: number;
}

/** Looks until the state is as it is wanted; with `.not`, until it has been so for the whole hold. */
export async function pollState<T>({
  look,
  isSo,
  times,
  isNot,
  isHopeless,
  every,
}: PolledState<T>): Promise<Polled<T>> {
  const { within, hold } = times;
  const started = now();
  let since: number | undefined;
  for (let looks = 1; ; looks++) {
    const isOver = now() - started >= within || isHopeless();
    const at = now();
    const seen = look();
    since = isSo(seen) ? (since ?? at) : undefined;
    const holds = since !== undefined && (!isNot || at - since >= hold);
    if (holds || (since === undefined && isOver)) {
      const took = now() - started;
      if (holds && !isNot) watcher()?.answered(took);
      return { holds, seen, looks, took };
    }
    await sleep(every);
  }
}
