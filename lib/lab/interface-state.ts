import { unlessCode } from '../base/has-code.ts';
import { UsageError } from '../base/validate.ts';
import type { CarrierState, LinkState } from '../netlink/link.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engines/engine.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/**
 * What the kernel says of a device now, for callers that can go on without the device: other software may delete it at any
 * moment.
 *
 * @returns undefined when it is gone, or there is none
 */
export function stateIfThere(device: Interface | undefined): LinkState | undefined {
  if (!device || device.deleted) return undefined;
  return unlessCode(['ENODEV'], () => device.state());
}

/** As {@link stateIfThere}, but only what tells whether the device can be sent to. */
export function carrierIfThere(device: Interface): CarrierState | undefined {
  if (device.deleted) return undefined;
  return unlessCode(['ENODEV'], () => engineOf(device).carrier());
}

/** @throws UsageError when the lab of what was called is closed, or the interface been deleted */
export function checkAlive(call: string, owner: Interface | Namespace): void {
  checkLabOpen(call, 'lab' in owner ? owner.lab : owner.namespace.lab);
  if ('deleted' in owner && owner.deleted) throw new UsageError(`${call}: the interface has been deleted`);
}
