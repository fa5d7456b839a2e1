import { article } from '../base/validate.ts';
import { describedKinds } from './describe-link.ts';
import type { LowerDevice } from './link-description.ts';

const ONE_HANDLER = 'a device has one rx_handler (netdev_rx_handler_register)';

/**
 * Why a device takes no link of a kind on top: something else has its rx_handler (`netdev_is_rx_handler_busy`).
 *
 * @param wanted the name of the kind
 */
export function whyBusy(lower: LowerDevice, wanted: string): string {
  if (lower.kind === undefined)
    return `${lower} carries an ipvlan, or belongs to a bridge, bond or the like, already; ${ONE_HANDLER}`;
  const hasAnother = ({ kind = '' }: { readonly kind?: string }) =>
    describedKinds.get(kind)?.description.takesRxHandler === true && !describedKinds.get(wanted)?.is({ kind });
  const other = [...lower.children].find((child) => !child.deleted && hasAnother(child));
  if (other) {
    return (
      `${lower} has ${other}, ${article(other.kind)}: macvlan and ipvlan exclude one another on one parent, since ` +
      ONE_HANDLER
    );
  }
  // tap_handle_frame
  if (hasAnother(lower) && describedKinds.get(lower.kind)?.description.characterDevice)
    return `${lower} is ${article(lower.kind)} itself, which hands its frames to a character device`;
  return `${lower} is a bridge port already; ${ONE_HANDLER}`;
}
