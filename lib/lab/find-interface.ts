import { show, UsageError } from '../base/validate.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { Interface } from './interface.ts';
import { stateIfThere } from './interface-state.ts';
import type { Namespace } from './namespace.ts';

/** Finds an interface by its name; {@link Namespace.interface} is this. */
export function findInterface(namespace: Namespace, which: string | Interface | undefined): Interface {
  const call = `${namespace}.interface`;
  if (which instanceof Interface) {
    if (which.namespace === namespace && !which.deleted) return which;
    throw new UsageError(`${call}: ${which} is ${which.deleted ? 'deleted' : `not in ${namespace}`}`);
  }
  const known = findKnown(namespace.interfaces, which);
  if (known) return known;
  checkLabOpen(call, namespace.lab);
  namespace.lab.discover();
  const { interfaces } = namespace;
  const hasName = (device: Interface) => typeof which === 'string' && stateIfThere(device)?.altnames.includes(which);
  const found = findKnown(interfaces, which) ?? interfaces.find(hasName);
  if (found) return found;
  const names = interfaces.map(({ name }) => name).join(', ') || 'none';
  if (which === undefined) throw new UsageError(`${call}: say which interface of ${namespace}; it has ${names}`);
  throw new UsageError(`${call}: ${namespace} has no interface ${show(which)}; it has ${names}`);
}

/** The one of a name; without a name the only one. */
function findKnown(interfaces: readonly Interface[], which: string | undefined): Interface | undefined {
  if (which !== undefined) return interfaces.find(({ name }) => name === which);
  return interfaces.length === 1 ? interfaces[0] : undefined;
}
