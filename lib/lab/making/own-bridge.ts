import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';
import type { Switch } from '../switch.ts';
import type { BridgeLink } from './links.ts';

/** The bridge that stands for a namespace, and is none of its interfaces: that of a switch. */
export function ownBridge(namespace: Namespace): BridgeLink | undefined {
  return namespace.role === 'switch' ? engineOf(namespace as Switch).br0 : undefined;
}
