import type { Interface } from '../lab/index.ts';
import { kindOf } from '../links/registry.ts';

/** The tunnels of other hosts that put the same header before what they carry. Whether their settings fit is another question. */
export function tunnelEnds(tunnel: Interface): Interface[] {
  const header = headerOf(tunnel);
  if (header === undefined) return [];
  return tunnel.namespace.lab.namespaces
    .filter((each) => each !== tunnel.namespace)
    .flatMap(({ interfaces }) => interfaces.filter((each) => !each.deleted && headerOf(each) === header));
}

function headerOf(device: Interface): string | undefined {
  return kindOf(device)?.description.outerHeader;
}
