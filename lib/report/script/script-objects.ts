import type { Names } from '../../netlink/names.ts';
import type { Request } from '../../netlink/request.ts';
import type { ObjectKind } from '../../state/objects/object-kind.ts';
import { OBJECT_KINDS } from '../../state/objects/registry.ts';
import type { WholeNamespace } from '../lab-state.ts';

/** Makes the objects of a kind those of a namespace: one that has another value now is deleted first. */
export function objectRequests(namespace: WholeNamespace, kind: ObjectKind): Request[] {
  const { removed = [] } = namespace.objects[kind.key] ?? {};
  const { delete: erase } = kind;
  return [
    ...(erase ? removed.map((each) => erase(each)) : []),
    ...objectsToMake(namespace, kind).map((each) => kind.add(each)),
  ];
}

/** The objects that somebody made, and that can be made again. */
export function objectsToMake(namespace: WholeNamespace, kind: ObjectKind): object[] {
  const { remade = (state) => state } = kind;
  return addedOf(namespace, kind).flatMap((each) => (whyNot(namespace, kind, each) ? [] : (remade(each) ?? [])));
}

/** The others, a remark each. */
export function objectsLeftOut(namespace: WholeNamespace, names: Names): string[] {
  return OBJECT_KINDS.flatMap((kind) =>
    addedOf(namespace, kind).flatMap((each) => {
      const why = whyNot(namespace, kind, each);
      const words = kind.delete?.(each).words({ ...names, namespace: undefined });
      return why ? [`the ${kind.noun} ${words?.replace(`${kind.command} del `, '')} of ${namespace.name}: ${why}`] : [];
    }),
  );
}

function addedOf({ objects }: WholeNamespace, { key }: ObjectKind): readonly object[] {
  return objects[key]?.added ?? [];
}

/** Why an object cannot be made again; undefined if it can. */
function whyNot({ links }: WholeNamespace, kind: ObjectKind, state: object): string | undefined {
  const { device, sel } = state as { device?: number; sel?: { device?: number } };
  const wanted = device ?? sel?.device;
  // The kernel keeps an object of a device that goes, or that moves to another namespace.
  if (wanted !== undefined && links.every(({ index }) => index !== wanted)) return 'its device is not there';
  return kind.whyNot?.(state);
}
