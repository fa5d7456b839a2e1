import { Interface, type Namespace } from '../lab/index.ts';
import { kindOf } from '../links/registry.ts';

/**
 * Whether anything may lead from one device to another: cables, parents, hosts that may pass on what they get, or a link
 * that nobody knows the other end of. Where nothing can, a cable is missing.
 */
export function mayLeadTo(from: Interface, to: Interface | Namespace): boolean {
  const seen = new Set([from]);
  for (const device of seen) {
    if (device === to || device.namespace === to || !hasKnownEnd(device)) return true;
    for (const next of neighboursOf(device)) if (!next.deleted) seen.add(next);
  }
  return false;
}

/** Whether hairpin knows what a device leads to: of a tunnel, or a program's own device, it does not. */
export function hasKnownEnd(device: Interface): boolean {
  const end = kindOf(device)?.end ?? 'unknown';
  // What a program moved out of the lab, or took from it: a real NIC, the far end of a cable.
  if (end === 'lower') return device.parent instanceof Interface;
  return end === 'peer' ? device.peer !== undefined : end === 'none';
}

function neighboursOf(device: Interface): Interface[] {
  const { peer, children, namespace } = device;
  const parent = device.parent instanceof Interface ? [device.parent] : [];
  return [...(peer ? [peer] : []), ...parent, ...children, ...namespace.interfaces];
}
