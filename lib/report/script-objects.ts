import type { Names } from '../netlink/names.ts';
import type { Request } from '../netlink/request.ts';
import type { ObjectKind } from '../state/objects/object-kind.ts';
import { OBJECT_KINDS } from '../state/objects/registry.ts';
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

/** The objects that somebody made, and that can be made again. */
export function objectsToMake({ remade = (state) => state, whyNot }: ObjectKind, added: readonly object[]): object[] {
  return added.flatMap((each) => (whyNot?.(each) === undefined ? (remade(each) ?? []) : []));
}

/** The others, a remark each. */
export function objectsLeftOut({ name, objects }: WholeNamespace, names: Names): string[] {
  return OBJECT_KINDS.flatMap((kind) =>
    (objects[kind.key]?.added ?? []).flatMap((each) => {
      const why = kind.whyNot?.(each);
      const words = kind.delete?.(each).words({ ...names, namespace: undefined });
      return why === undefined
        ? []
        : [`the ${kind.noun} ${words?.replace(`${kind.command} del `, '')} of ${name}: ${why}`];
    }),
  );
}
