import { wrongOption } from '../../base/validate.ts';
import { bridge } from '../../links/bridge.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import { make, unwatched } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { addLink, type NewLinkOptions } from './add-link.ts';
import { finishOrRemove } from './finish-or-remove.ts';
import { checkInterfaceOf } from './linked-devices.ts';
import type { BridgeLink, BridgeOptions } from './links.ts';

/**
 * Makes a link in a namespace, as a part of the lab that `hairpin mutate` may vary.
 *
 * @param method the method of the namespace that a spec called, for errors
 */
export function makeLinkIn(namespace: Namespace, method: string, kind: object, options: object): Interface {
  const call = `${namespace}.${method}`;
  checkLabOpen(call, namespace.lab);
  return make(() => addLink(call, namespace, kind as LinkKind, options as NewLinkOptions));
}

/** Makes a bridge with its ports; {@link Namespace.bridge} is this. */
export function addBridge(namespace: Namespace, options: BridgeOptions): BridgeLink {
  const call = `${namespace}.bridge`;
  const { ports = [], ...settings } = options ?? {};
  if (!Array.isArray(ports)) throw wrongOption(call, 'ports', 'a list of interfaces', ports);
  for (const [at, port] of ports.entries()) checkInterfaceOf(call, `ports[${at}]`, port, namespace);
  const made = makeLinkIn(namespace, 'bridge', bridge, settings) as BridgeLink;
  return finishOrRemove(made, () => {
    for (const port of ports) unwatched(() => port.set({ master: made }));
    return made;
  });
}
