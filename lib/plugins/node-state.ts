import { DetachedFolder } from '../kernel/namespaces/detached-folder.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';

const folders = new WeakMap<Namespace, DetachedFolder>();

/**
 * The folder in which a node's software keeps what it must remember, as `/var/lib` and `/run` on a real one: one a
 * namespace, in memory, gone with the lab or the process.
 */
export function nodeState(node: Namespace): string {
  const known = folders.get(node);
  if (known) return known.path;
  const folder = engineOf(node.lab).resources.add(new DetachedFolder());
  folders.set(node, folder);
  return folder.path;
}
