import { editDistance } from '../base/nearest-word.ts';
import { wrongOption } from '../base/validate.ts';
import { culpritsOf } from '../diagnosis/culprits.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { placeOf } from '../diagnosis/finding.ts';
import { deviceName } from '../diagnosis/names.ts';
import { CODES } from '../diagnosis/words/index.ts';
import { Interface, type Lab, type Namespace, UsageError } from '../lab/index.ts';
import type { Code } from '../model/cause.ts';
import { checkWaypoint } from './through.ts';

/** The codes of docs/diagnoses.md that a negative may name. */
export type DropCode = Exclude<Code, 'unknown'>;

/** Options that name the cause of a loss. */
export interface DroppedByOptions {
  /**
   * With `.not`: the one cause that passes, by its code (docs/diagnoses.md). For any other cause the assertion fails, and
   * says which it was.
   *
   * @example await expect(a).not.toReach(b, { droppedBy: 'bridge.isolated', at: sw })
   */
  droppedBy?: DropCode;
  /** With `droppedBy`: where the packet was last seen, or whose setting is the cause. */
  at?: Interface | Namespace;
}

const DROP_CODES = CODES.filter((code): code is DropCode => code !== 'unknown');

/** A cause that is asked for, and where. */
export interface WantedDrop {
  code: DropCode;
  at: Interface | Namespace | undefined;
}

/**
 * Checks the options; undefined when no cause is asked for.
 *
 * @param isNegative whether the assertion means that nothing comes
 */
export function checkDroppedBy(
  call: string,
  lab: Lab,
  { droppedBy, at, because }: DroppedByOptions & { because?: unknown },
  { isNegative, negative }: { isNegative: boolean; negative: string },
): WantedDrop | undefined {
  if (droppedBy === undefined) {
    if (at === undefined) return undefined;
    throw new UsageError(`${call}: at belongs to droppedBy: add the code of a cause, such as droppedBy: 'link.down'`);
  }
  checkCode(call, droppedBy);
  if (!isNegative) throw new UsageError(`${call}: droppedBy belongs to ${negative}`);
  if (because !== undefined) throw new UsageError(`${call}: droppedBy says more than because: leave one of them out`);
  if (at !== undefined) checkWaypoint(call, 'at', at, lab);
  return { code: droppedBy, at };
}

function checkCode(call: string, code: unknown): void {
  if (DROP_CODES.some((known) => known === code)) return;
  const near = typeof code === 'string' ? nearestCodes(code, DROP_CODES) : [];
  const hint = near.length > 0 ? ` (the nearest are ${near.join(', ')})` : `, such as ${EXAMPLES.join(', ')}`;
  throw wrongOption(call, 'droppedBy', `a code of docs/diagnoses.md${hint}`, code);
}

/** Whether a loss is of the cause that was asked for, at the place that was asked for. */
export function isWantedDrop({ code, at }: WantedDrop, diagnosis: Diagnosis): boolean {
  return diagnosis.cause.code === code && (at === undefined || isAt(at, diagnosis));
}

/** `bridge.isolated at sw`. */
export function dropWords({ code, at }: WantedDrop): string {
  return at ? `${code} at ${at}` : code;
}

/** What it was instead, with all that `at` may be: `bridge.isolated, last seen at sw/p0; a setting of sw/p0, sw/p1, sw`. */
export function describeDropped(diagnosis: Diagnosis): string {
  const place = placeOf(diagnosis);
  const culprits = culpritsOf(diagnosis.cause);
  return [
    `${diagnosis.cause.code}${place ? `, last seen at ${place}` : ''}`,
    ...(culprits.length > 0 ? [`a setting of ${culprits.join(', ')}`] : []),
  ].join('; ');
}

/** Where a packet was last seen, or whose setting is the cause. */
function isAt(wanted: Interface | Namespace, { hop, host, cause }: Diagnosis): boolean {
  const last = hop?.frame.at;
  if (wanted instanceof Interface) return last === wanted || culpritsOf(cause).includes(deviceName(wanted));
  return last?.namespace === wanted || host === wanted || culpritsOf(cause).includes(wanted.name);
}

/** For a word that is near none: "firewall" is no misspelt `macvlan.private`. */
const EXAMPLES: readonly DropCode[] = ['nft.drop', 'nft.policy', 'bridge.vlan', 'route.none', 'link.down'];

/**
 * The three codes most like a misspelt one, the nearest first; none where most of the word is otherwise. The area may be
 * missing: `isolated` is near `bridge.isolated`.
 */
function nearestCodes(word: string, codes: readonly string[]): string[] {
  const scored = codes.map((code) => {
    const own = code.slice(code.indexOf('.') + 1);
    return { code, distance: Math.min(editDistance(word, code), editDistance(word, own)) };
  });
  return scored
    .filter(({ distance }) => distance <= Math.max(3, Math.ceil(word.length / 2)))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map(({ code }) => code);
}
