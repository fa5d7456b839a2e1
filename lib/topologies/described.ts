import { EMPTY_WORD, type Names } from '../netlink/names.ts';
import type { Request } from '../netlink/request.ts';
import type { WholeLabState, WholeNamespace } from '../report/lab-state.ts';
import { namesIn } from '../report/script/script-words.ts';
import type { Mapping, Path, Topology } from './topology.ts';

/** A state as a topology, and what of it a topology cannot say. */
export interface Described {
  readonly topology: Topology;
  readonly remarks: readonly Remark[];
}

/** What cannot be said, and where in the topology it belongs. */
export interface Remark {
  readonly path: Path;
  readonly text: string;
}

/** One namespace of a state that is being described. */
export interface Subject {
  readonly state: WholeLabState;
  readonly namespace: WholeNamespace;
  readonly names: Names;
}

export function subjectOf(state: WholeLabState, namespace: WholeNamespace): Subject {
  return { state, namespace, names: { ...namesIn(state, namespace.name), namespace: undefined } };
}

/** The line of `exec` for what no call says: the words of `ip`, `bridge` or `tc`. */
export function execLine({ names }: Subject, request: Pick<Request, 'words'>): string {
  return request
    .words(names)
    .split(' ')
    .map((word) => (/["'\\]/.test(word) && word !== EMPTY_WORD ? `"${word.replaceAll(/(["\\])/g, '\\$1')}"` : word))
    .join(' ');
}

/** What is there, without what says nothing. */
export function omitEmpty(values: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
