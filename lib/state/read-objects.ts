import { isDeepStrictEqual } from 'node:util';
import { unlessError } from '../base/has-code.ts';
import { once } from '../base/once.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { inNewNamespace, type OpenNamespace } from '../netlink/in-new-namespace.ts';
import type { ObjectKind } from './objects/object-kind.ts';
import { withSockets } from './objects/object-sockets.ts';
import { OBJECT_KINDS } from './objects/registry.ts';
import type { StateSource } from './state-source.ts';

/** How the objects of a kind differ from those of a new namespace. */
export interface ObjectChanges {
  readonly added: readonly object[];
  readonly removed: readonly object[];
}

/** The objects of each kind of {@link OBJECT_KINDS}, by its key. */
export function readObjects(source: StateSource): Record<string, ObjectChanges> {
  const [now, fresh] = [listObjects(source), freshObjects()];
  return Object.fromEntries(
    OBJECT_KINDS.map(({ key }) => {
      const [own = [], usual = []] = [now[key], fresh[key]];
      return [key, { added: without(own, usual), removed: without(usual, own) }];
    }),
  );
}

function without(all: readonly object[], others: readonly object[]): object[] {
  return all.filter((each) => !others.some((other) => isDeepStrictEqual(each, other)));
}

function listObjects(source: OpenNamespace): Record<string, readonly object[]> {
  return withSockets(source, (sockets) => {
    // A user namespace in which they may not be listed cannot make any, either (GENL_ADMIN_PERM).
    const list = ({ list: all, withoutSecrets = (state) => state }: ObjectKind) =>
      unlessError(KernelError, () => all(sockets), []).map((state) => withoutSecrets(state));
    return Object.fromEntries(OBJECT_KINDS.map((kind) => [kind.key, list(kind)]));
  });
}

/** What the kernel gives to a new namespace, such as the labels of `ip6addrlbl_init_table`. */
const freshObjects = once(() => inNewNamespace(listObjects));
