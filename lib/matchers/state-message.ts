import { isPlainObject } from '../base/plain-object.ts';
import { article } from '../base/validate.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import type { Judge } from './judge.ts';
import { milliseconds, plural, pluralOf } from './message.ts';

/** What came of waiting for a state, or for its end. */
export type Verdict =
  | { holds: true; isLost?: undefined }
  | {
      holds: false;
      /** What there was at the last look. */
      entries: readonly object[];
      /** What was not to be there. */
      found: object | undefined;
      /** It was there for a moment only, between two looks. */
      isFlash?: boolean;
      /** The kernel had no room for some of its events: nobody knows what came and went. */
      isLost?: boolean;
      looks: number;
      /** In milliseconds. */
      took: number;
    };

/** How long to wait, in milliseconds. */
export interface StateTimes {
  within: number;
  hold: number;
}

/** What was wanted of a state. */
interface StateCase {
  call: string;
  /** The namespace, or the interface. */
  place: string;
  noun: string;
  isNot: boolean;
  times: StateTimes;
  wanted: unknown;
  judge: Judge;
}

/** So many of the nearest entries are shown. */
const MOST = 3;

/** Playwright's `.not` waits so by itself. */
const TIME_TO_GO = 'It was there at the first look. An option such as { within: 1000 } gives it time to go.';

/** The message of a state that was to be there and was not, or the other way round. */
export function describeState(asked: StateCase, verdict: Extract<Verdict, { holds: false }>): Message {
  const { call, place, noun, isNot, times, judge } = asked;
  const { found, isFlash, isLost, entries, looks, took } = verdict;
  const when = `after ${milliseconds(took)}`;
  const lines = [
    ['In', place],
    ['Expected', isNot ? negative(noun, times) : `such ${article(noun)} within ${times.within} ms`],
    [
      'Received',
      isLost
        ? `inconclusive: the kernel had no room for some of its events (ENOBUFS), so ${article(noun)} may have come and gone`
        : found
          ? `such ${article(noun)} ${when}${isFlash ? ', for a moment' : ''}\n${judge.print(found)}`
          : `none (${entries.length === 0 ? `it has no ${pluralOf(noun)}` : `it has ${plural(entries.length, noun)}`}; ${plural(looks, 'look')} in ${milliseconds(took)})`,
    ],
  ] as const;
  if (!isNot) return { title: call, lines, notes: nearest(asked, entries) };
  const wasThere = found && !isFlash && looks === 1 && times.within === 0;
  return { title: call, lines, notes: wasThere ? ['', TIME_TO_GO] : [] };
}

function negative(noun: string, { within, hold }: StateTimes): string {
  const first = within > 0 ? `gone within ${within} ms, and then ` : '';
  return `${first}no such ${noun} for ${hold} ms`;
}

/** The entries that have most of what was wanted, each with what differs. */
export function nearest(
  { wanted, judge, noun }: Pick<StateCase, 'wanted' | 'judge' | 'noun'>,
  entries: readonly object[],
): string[] {
  const names =
    typeof wanted === 'object' && wanted !== null && !('asymmetricMatch' in wanted) ? Object.keys(wanted) : [];
  const expected = wanted as Record<string, unknown>;
  const scored = entries.map((entry) => {
    const own = entry as Record<string, unknown>;
    return { own, score: names.filter((name) => judge.matches(own[name], expected[name])).length };
  });
  const best = Math.max(0, ...scored.map(({ score }) => score));
  const shown = scored.filter(({ score }) => score === best);
  return shown
    .slice(0, MOST)
    .flatMap(({ own }) => {
      const seen = names.length > 0 ? likeWanted(own, expected) : own;
      return ['', `The nearest ${noun}:`, judge.diff(alike(expected, seen, judge), seen) ?? judge.print(seen)];
    })
    .concat(shown.length > MOST ? ['', `… and ${shown.length - MOST} more as near`] : []);
}

/** Of an entry what a spec has said something of, however deep. */
function likeWanted(own: unknown, expected: unknown): unknown {
  if (!isPlainObject(own) || !isPlainObject(expected)) return own;
  const names = Object.keys(expected).filter((name) => name in own);
  return Object.fromEntries(names.map((name) => [name, likeWanted(own[name], expected[name])]));
}

/** What was said, with the very values of the entry where they are as they were to be: only the others are shown to differ. */
function alike(expected: unknown, own: unknown, judge: Judge): unknown {
  if (judge.matches(own, expected)) return own;
  if (!isPlainObject(own) || !isPlainObject(expected)) return expected;
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, alike(value, own[name], judge)]));
}
