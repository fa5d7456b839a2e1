import type { Request } from '../netlink/request.ts';
import type { ObjectKind } from '../state/objects/object-kind.ts';
import type { WholeNamespace } from './lab-state.ts';

/** Makes the objects of a kind those of a namespace: one that has another value now is deleted first. */
export function objectRequests({ objects }: WholeNamespace, kind: ObjectKind): Request[] {
  const { added = [], removed = [] } = objects[kind.key] ?? {};
  const { delete: erase } = kind;
  return [
    ...(erase ? removed.map((each) => erase(each)) : []),
    ...objectsToMake(kind, added).map((each) => kind.add(each)),
  ];
}

/** The objects that somebody made. */
export function objectsToMake({ remade = (state) => state }: ObjectKind, added: readonly object[]): object[] {
  return added.flatMap((each) => remade(each) ?? []);
}
