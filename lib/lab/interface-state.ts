import { unlessCode } from '../kernel/has-code.ts';
import { UsageError } from '../kernel/validate.ts';
import type { CarrierState, LinkState } from '../netlink/link.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';

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

/** @throws UsageError when the lab is closed, or the interface been deleted; `method` is what was called on it */
export function checkAlive(device: Interface, method: string): void {
  checkLabOpen(`${device}.${method}`, device.namespace.lab);
  if (device.deleted) throw new UsageError(`${device}.${method}: the interface has been deleted`);
}
