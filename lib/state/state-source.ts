import type { OpenNamespace } from '../netlink/in-new-namespace.ts';

/** A namespace that can be read; the engine of a `Namespace` is one. */
export interface StateSource extends OpenNamespace {
  readonly name: string;
}
